#include <proximux/system/FileStamp.h>

#include <filesystem>
#include <system_error>

namespace proximux
{

std::string fileStamp(const std::string& path)
{
    namespace fs = std::filesystem;
    const fs::path file = fs::u8path(path);
    std::error_code error;
    const auto changed = fs::last_write_time(file, error);
    if (error)
        return "none";
    const auto size = fs::file_size(file, error); // a folder has none
    return std::to_string(changed.time_since_epoch().count()) + " " + std::to_string(error ? 0 : size);
}

} // namespace proximux
