#include <app/PidFile.h>

#include <proximux/system/SystemError.h>

#include <Poco/Exception.h>

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace proximux
{

namespace
{

/// Closes the file, too.
[[noreturn]] void refuse(int file, const std::string& path, const std::string& why)
{
    if (file >= 0)
        ::close(file);
    throw Poco::FileException("cannot write --pidfile " + path + ": " + why);
}

/// A lock of a whole file. It belongs to the process: the kernel removes it when that ends, in whatever way.
struct flock wholeFile()
{
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

/// Why the file could not be locked.
std::string whyNotLocked(int file)
{
    if (errno != EACCES && errno != EAGAIN)
        return systemerror::lastText();
    struct flock other = wholeFile();
    const bool isKnown = ::fcntl(file, F_GETLK, &other) == 0 && other.l_type != F_UNLCK && other.l_pid > 0;
    return (isKnown ? "process " + std::to_string(other.l_pid) : std::string("another process")) +
           " uses it and is running";
}

/// Whether this is the file at the path: another process may have removed it.
bool isAt(const std::string& path, int file)
{
    struct stat here;
    struct stat there;
    return ::fstat(file, &here) == 0 && ::stat(path.c_str(), &there) == 0 && here.st_dev == there.st_dev &&
           here.st_ino == there.st_ino;
}

/// Opens and locks the file. -1: it was removed by the process that had locked it before.
int openLocked(const std::string& path)
{
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (file < 0)
        refuse(file, path, systemerror::lastText());
    struct stat status;
    if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode))
        refuse(file, path, "not a regular file");
    struct flock lock = wholeFile();
    if (::fcntl(file, F_SETLK, &lock) != 0)
        refuse(file, path, whyNotLocked(file));
    if (isAt(path, file))
        return file;
    ::close(file);
    return -1;
}

} // namespace

PidFile::PidFile(const std::string& path)
    : _path(path)
{
    if (path.empty())
        return;
    while (_file < 0)
        _file = openLocked(path);
    const std::string text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(_file, 0) != 0 || ::write(_file, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        refuse(_file, path, systemerror::lastText());
}

/// A file that somebody has put in its place stays.
PidFile::~PidFile()
{
    if (_file < 0)
        return;
    if (isAt(_path, _file))
        ::unlink(_path.c_str());
    ::close(_file);
}

} // namespace proximux
