#include <app/OptionStyle.h>

namespace proximux
{

std::string inOwnStyle(const Options&, const std::string& argument)
{
    return argument;
}

} // namespace proximux
