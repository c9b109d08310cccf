#include <proximux/system/SystemError.h>

namespace proximux::systemerror
{

std::string reason(const Poco::Exception& exception)
{
    return exception.code() != 0 ? text(exception.code()) : exception.message();
}

std::string lastText()
{
    const int error = last();
    return error == 0 ? std::string() : text(error);
}

} // namespace proximux::systemerror
