#include <proximux/config/Nearest.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace proximux
{

std::size_t editDistance(std::string_view a, std::string_view b)
{
    std::vector<std::vector<std::size_t>> slips(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i)
    {
        for (std::size_t j = 0; j <= b.size(); ++j)
        {
            std::size_t& least = slips[i][j];
            least = i + j;
            if (i > 0 && j > 0)
                least = std::min(
                    {slips[i - 1][j] + 1, slips[i][j - 1] + 1, slips[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                least = std::min(least, slips[i - 2][j - 2] + 1);
        }
    }
    return slips[a.size()][b.size()];
}

Nearest::Nearest(std::string given)
    : _given(std::move(given))
    , _least(std::max<std::size_t>(_given.size() / 4, 1) + 1)
{
}

void Nearest::consider(std::string_view name, const std::string& phrase)
{
    const std::size_t slips = name.empty() ? _least : editDistance(name, _given);
    if (slips >= _least)
        return;
    _least = slips;
    _phrase = phrase;
}

} // namespace proximux
