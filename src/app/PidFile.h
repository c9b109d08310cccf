#pragma once

#include <string>

namespace proximux
{

/// The file of --pidfile: it has the process id, is locked as long as the process lives, and is removed at its end. So
/// a second process with the same file is refused, and the file that a killed process left behind is taken over.
///
/// Make it in the process that is to live: of a daemon that is the last one that was forked. Where there are no
/// daemons, it does nothing.
class PidFile
{
public:
    /// path: absolute; empty: no file. Throws Poco::FileException if the file cannot be written, or is in use.
    explicit PidFile(const std::string& path);
    ~PidFile();

    PidFile(const PidFile&) = delete;
    PidFile& operator=(const PidFile&) = delete;

private:
    const std::string _path;
    int _file = -1; ///< open and locked; -1: none
};

} // namespace proximux
