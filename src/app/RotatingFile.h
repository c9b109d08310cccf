#pragma once

#include <app/LogSink.h>

#include <Poco/FileStream.h>

#include <cstdint>
#include <memory>
#include <string>

namespace proximux
{

/// A log file that is renamed to `path.1` before it exceeds a size, `path.1` to `path.2` and so on. After a failed
/// write, or if its folder vanished, it is reopened at the next write.
class RotatingFile : public LogSink
{
public:
    /// path: absolute. size: bytes; at least one line is written regardless. count: renamed files to keep; 0: an
    /// empty file replaces it. Throws Poco::FileException, with the path and the reason, if it cannot be opened.
    RotatingFile(const std::string& path, std::uint64_t size, std::size_t count);

    std::string write(std::string_view lines) noexcept override;
    void reopen() noexcept override;

private:
    void open();
    void append(std::string_view lines);
    void rotate();
    void moveAway();
    [[nodiscard]] std::size_t fitting(std::string_view lines) const;
    [[nodiscard]] std::string numbered(std::size_t number) const { return _path + "." + std::to_string(number); }

    std::string _path;
    std::uint64_t _limit;
    std::size_t _count;
    std::unique_ptr<Poco::FileOutputStream> _stream; ///< null: open it at the next write
    std::uint64_t _size = 0;                         ///< bytes since the last attempt to rotate
    bool _torn = false;                              ///< its last line is incomplete
};

} // namespace proximux
