#include <app/RotatingFile.h>

#include <proximux/system/SystemError.h>

#include <Poco/Exception.h>
#include <Poco/File.h>

#include <algorithm>
#include <limits>

namespace proximux
{

namespace
{

[[noreturn]] void fail(const std::string& path, const std::string& reason)
{
    throw Poco::FileException(path + ": " + reason);
}

/// Whether the last line is incomplete, because the disk was full or the writer ended.
bool endsWithinALine(const std::string& path)
{
    Poco::FileInputStream stream(path);
    stream.seekg(-1, std::ios::end);
    const int last = stream.get();
    return stream.good() && last != '\n';
}

} // namespace

RotatingFile::RotatingFile(const std::string& path, std::uint64_t size, std::size_t count)
    : _path(path)
    , _limit(size)
    , _count(count)
{
    open();
}

void RotatingFile::open()
{
    const Poco::File file(_path);
    if (file.exists() && !file.isFile() && !file.isDevice())
        fail(_path, "not a regular file");
    auto stream = std::make_unique<Poco::FileOutputStream>();
    try
    {
        stream->open(_path, std::ios::out | std::ios::app);
        stream->exceptions(std::ios::badbit); // the reason is in the exception
    }
    catch (const Poco::Exception& exception)
    {
        fail(_path, systemerror::reason(exception));
    }
    _stream = std::move(stream);
    _size = file.isFile() ? file.getSize() : 0;
    _torn = file.isFile() && endsWithinALine(_path);
    if (!file.isFile())
        _limit = std::numeric_limits<std::uint64_t>::max(); // a device must not be renamed
}

std::string RotatingFile::write(std::string_view lines) noexcept
{
    try
    {
        while (!lines.empty())
        {
            if (!_stream)
                open();
            const std::size_t fits = fitting(lines);
            append(lines.substr(0, fits));
            lines.remove_prefix(fits);
            if (!lines.empty())
                rotate();
        }
        return {};
    }
    catch (const std::exception& exception)
    {
        _stream.reset();
        const auto* known = dynamic_cast<const Poco::Exception*>(&exception);
        return known != nullptr ? known->message() : exception.what();
    }
}

/// Number of bytes of whole lines that fit into the file; one line if the file is empty and none fits.
std::size_t RotatingFile::fitting(std::string_view lines) const
{
    const std::uint64_t room = _size < _limit ? _limit - _size : 0;
    if (lines.size() <= room)
        return lines.size();
    const std::size_t end = room == 0 ? std::string_view::npos : lines.rfind('\n', static_cast<std::size_t>(room) - 1);
    if (end != std::string_view::npos)
        return end + 1;
    return _size == 0 ? std::min(lines.find('\n'), lines.size() - 1) + 1 : 0;
}

void RotatingFile::append(std::string_view lines)
{
    try
    {
        if (_torn)
            _stream->put('\n');
        _stream->write(lines.data(), static_cast<std::streamsize>(lines.size()));
        _stream->flush();
    }
    catch (const Poco::Exception& exception)
    {
        fail(_path, systemerror::reason(exception));
    }
    catch (const std::ios::failure&)
    {
        fail(_path, "cannot be written");
    }
    _torn = false;
    _size += lines.size();
}

/// If the file cannot be renamed, no lines are lost: it keeps growing, and the next attempt follows one file size
/// later.
void RotatingFile::rotate()
{
    _stream.reset();
    try
    {
        moveAway();
        open();
    }
    catch (const Poco::Exception&)
    {
        open();
        _size = 0;
    }
}

void RotatingFile::moveAway()
{
    if (_count == 0)
        return Poco::File(_path).remove();
    for (std::size_t number = _count; number > 1; --number)
        if (Poco::File older(numbered(number - 1)); older.exists())
            older.renameTo(numbered(number));
    Poco::File(_path).renameTo(numbered(1));
}

/// Opens the file at once, so that the tool that moved it finds the new one. If that fails, the next write retries and
/// reports the error.
void RotatingFile::reopen() noexcept
{
    _stream.reset();
    try
    {
        open();
    }
    catch (const std::exception&)
    {
        _stream.reset();
    }
}

} // namespace proximux
