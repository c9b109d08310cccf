#pragma once

#include <Poco/TemporaryFile.h>

#include <cppunit/TestAssert.h>

#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <unistd.h>

namespace proximux
{

/// Turns the process's standard output (1) or standard error (2) elsewhere while it lives.
class StreamCapture
{
public:
    /// Into a file, for text().
    explicit StreamCapture(int descriptor)
        : _descriptor(descriptor)
        , _saved(::dup(descriptor))
    {
        divert(::open(_file.path().c_str(), O_RDWR | O_CREAT | O_APPEND, 0600));
    }

    /// To what `target` is; which is closed.
    StreamCapture(int descriptor, int target)
        : _descriptor(descriptor)
        , _saved(::dup(descriptor))
    {
        divert(target);
    }

    ~StreamCapture()
    {
        ::dup2(_saved, _descriptor);
        ::close(_saved);
    }

    StreamCapture(const StreamCapture&) = delete;
    StreamCapture& operator=(const StreamCapture&) = delete;

    /// What was written so far.
    [[nodiscard]] std::string text() const
    {
        std::ifstream stream(_file.path(), std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

private:
    void divert(int target) const
    {
        CPPUNIT_ASSERT(target >= 0);
        std::cout.flush();
        std::cerr.flush();
        ::dup2(target, _descriptor);
        ::close(target);
    }

    const Poco::TemporaryFile _file{};
    int _descriptor;
    int _saved;
};

} // namespace proximux
