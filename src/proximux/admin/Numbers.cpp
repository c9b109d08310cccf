#include <proximux/admin/Numbers.h>

#include <Poco/NumberFormatter.h>

#include <cstddef>
#include <iterator>

namespace proximux::admin
{

std::string shortNumber(double number)
{
    constexpr double SMALL = 9.95; // what is rounded to 10 needs no decimal
    return Poco::NumberFormatter::format(number, number < SMALL ? 1 : 0);
}

std::string latencyText(std::optional<Duration> duration)
{
    if (!duration)
        return "-";
    if (duration->us < 1000)
        return std::to_string(duration->us) + " us";
    const double milliseconds = duration->asMilliseconds();
    return milliseconds < 1000 ? shortNumber(milliseconds) + " ms" : shortNumber(milliseconds / 1000) + " s";
}

std::string sizeText(double bytes)
{
    constexpr const char* UNITS[] = {" B", " KB", " MB", " GB", " TB"};
    constexpr double STEP = 1024;
    std::size_t unit = 0;
    for (; bytes >= STEP && unit + 1 < std::size(UNITS); ++unit)
        bytes /= STEP;
    return (unit == 0 ? Poco::NumberFormatter::format(bytes, 0) : shortNumber(bytes)) + UNITS[unit];
}

} // namespace proximux::admin
