#include <proximux/protocol/mysql/LaneStatements.h>

#include <proximux/Number.h>
#include <proximux/protocol/mysql/Command.h>
#include <proximux/protocol/mysql/Packets.h>

#include <algorithm>
#include <utility>

namespace proximux::mysql
{

void LaneStatements::begin(std::string& text)
{
    for (const std::uint32_t id : _toClose)
    {
        std::string payload(1, static_cast<char>(code::STMT_CLOSE));
        appendNumber(payload, id, 4, ByteOrder::little);
        text += packetOf(0, payload);
    }
    _toClose.clear();
}

std::optional<LaneStatements::Place> LaneStatements::look(const Prepared& what, std::uint64_t owner)
{
    const auto [first, last] = _byHash.equal_range(what.hash());
    for (auto each = first; each != last; ++each)
        if (each->second->owner == owner && each->second->what->isSame(what))
            return each->second;
    return std::nullopt;
}

std::optional<std::uint32_t> LaneStatements::find(const ClientStatement& statement, bool mine)
{
    auto place = look(*statement.what, statement.number);
    if (!place)
        place = look(*statement.what, 0);
    if (!place)
        return std::nullopt;
    _statements.splice(_statements.begin(), _statements, *place);
    if (mine)
        (*place)->owner = statement.number;
    _used = (*place)->id;
    return _used;
}

void LaneStatements::prepare(std::shared_ptr<const Prepared> what, std::size_t most, std::string& text)
{
    for (auto each = _statements.end(); each != _statements.begin() && _statements.size() >= most;)
    {
        --each;
        if (each->owner == 0)
            drop(each++);
    }
    begin(text);
    _preparing = std::move(what);
}

void LaneStatements::close(const ClientStatement& statement, std::string& text)
{
    if (const auto place = look(*statement.what, statement.number))
        drop(*place);
    begin(text);
}

void LaneStatements::drop(Place place)
{
    const auto [first, last] = _byHash.equal_range(place->what->hash());
    _byHash.erase(std::find_if(first, last, [place](const auto& each) { return each.second == place; }));
    _toClose.push_back(place->id);
    _statements.erase(place);
}

/// Where there is one already, that goes on: it may have been prepared by a client that has another one's own.
void LaneStatements::prepared(std::uint32_t id)
{
    const std::shared_ptr<const Prepared> what = std::exchange(_preparing, nullptr);
    if (what == nullptr || look(*what, 0))
        return _toClose.push_back(id);
    _statements.push_front({what, id, 0});
    _byHash.emplace(what->hash(), _statements.begin());
}

void LaneStatements::release()
{
    for (Statement& each : _statements)
        if (each.id == _used)
        {
            each.owner = 0;
            return;
        }
}

void LaneStatements::abandon()
{
    const auto used = std::find_if(_statements.begin(), _statements.end(),
                                   [this](const Statement& each) { return each.id == _used && each.owner != 0; });
    if (used != _statements.end())
        drop(used);
}

void LaneStatements::forget()
{
    _statements.clear();
    _byHash.clear();
    _toClose.clear();
    _preparing.reset();
    _used = 0;
}

} // namespace proximux::mysql
