#include <app/PidFile.h>

namespace proximux
{

PidFile::PidFile(const std::string& path)
    : _path(path)
{
}

PidFile::~PidFile() = default;

} // namespace proximux
