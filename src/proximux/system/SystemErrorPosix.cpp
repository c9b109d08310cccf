#include <proximux/system/SystemError.h>

#include <cerrno>
#include <system_error>

namespace proximux::systemerror
{

std::string text(int error)
{
    return std::generic_category().message(error);
}

int last()
{
    return errno;
}

void forget()
{
    errno = 0;
}

} // namespace proximux::systemerror
