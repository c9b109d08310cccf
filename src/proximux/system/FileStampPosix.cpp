#include <proximux/system/FileStamp.h>

#include <sys/stat.h>

#include <filesystem>
#include <system_error>

namespace proximux
{

/// Another file in the same place has another number; what is written in place has another time, or size. The time of
/// the last change of any kind tells of a copy that keeps the time of its original.
std::string fileStamp(const std::string& path)
{
    struct stat found = {};
    std::error_code error;
    const auto written = std::filesystem::last_write_time(path, error); // finer than seconds on every system
    if (error || ::stat(path.c_str(), &found) != 0)
        return "none";
    std::string stamp = std::to_string(written.time_since_epoch().count());
    for (const long long part : {static_cast<long long>(found.st_dev), static_cast<long long>(found.st_ino),
                                 static_cast<long long>(found.st_size), static_cast<long long>(found.st_ctime)})
        stamp += " " + std::to_string(part);
    return stamp;
}

} // namespace proximux
