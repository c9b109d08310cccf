#include <proximux/protocol/mysql/Prepared.h>

#include <proximux/protocol/mysql/SessionSettings.h>

#include <functional>
#include <utility>

namespace proximux::mysql
{

SessionSettings meaningOf(const SessionSettings& settings)
{
    SessionSettings meaning;
    for (const char* name : {setting::COLLATION, setting::DATABASE, setting::NAMES, "sql_mode"})
    {
        const auto found = settings.find(name);
        if (found != settings.end())
            meaning.insert(*found);
    }
    return meaning;
}

Prepared::Prepared(Bytes text, const SessionSettings& settings, Effects effects, std::uint64_t owner)
    : _text(text)
    , _meaning(meaningOf(settings))
    , _effects(std::move(effects))
    , _owner(owner)
    , _hash(std::hash<Bytes>()(text))
{
}

std::size_t Prepared::size() const
{
    constexpr std::size_t OF_ITSELF = 100;
    return OF_ITSELF + _text.size();
}

} // namespace proximux::mysql
