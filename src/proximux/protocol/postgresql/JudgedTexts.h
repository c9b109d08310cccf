#pragma once

#include <proximux/Bytes.h>
#include <proximux/protocol/postgresql/Statements.h>

#include <array>
#include <cstddef>
#include <functional>
#include <string>

namespace proximux::postgresql
{

/// What texts leave behind in their session, for those that came lately: clients that prepare their statements say the
/// same few again and again. A text takes the place of another one with the same low bits of its hash.
class JudgedTexts
{
public:
    Effects effectsOf(Bytes sql)
    {
        if (sql.size() > LONGEST)
            return postgresql::effectsOf(sql);
        Judged& place = _places[std::hash<Bytes>()(sql) % PLACES];
        if (Bytes(place.text) != sql)
        {
            place.effects = postgresql::effectsOf(sql);
            place.text.assign(sql);
        }
        return place.effects;
    }

private:
    static constexpr std::size_t PLACES = 128;
    static constexpr std::size_t LONGEST = 1024; ///< bytes of a text that is kept

    struct Judged
    {
        std::string text;
        Effects effects; ///< of an empty text: none
    };

    std::array<Judged, PLACES> _places;
};

} // namespace proximux::postgresql
