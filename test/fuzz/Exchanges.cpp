#include "fuzz/Fuzz.h"
#include "simulation/Script.h"

#include <stdexcept>

namespace proximux::fuzz
{

void runExchanges(std::string_view, Bytes input)
{
    try
    {
        Script(input).run();
    }
    catch (const std::logic_error& broken)
    {
        check(false, broken.what());
    }
}

} // namespace proximux::fuzz
