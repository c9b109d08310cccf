#include <proximux/protocol/mysql/ClientStatements.h>

#include <proximux/Number.h>
#include <proximux/protocol/mysql/Fields.h>
#include <proximux/protocol/mysql/Packets.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace proximux::mysql
{

namespace
{

constexpr std::size_t NUMBER_AT = HEADER + 1; ///< of the statement, in the answer
constexpr std::size_t PARAMETERS_AT = NUMBER_AT + 4 + 2;

} // namespace

void ClientStatements::prepare(std::shared_ptr<const Prepared> what, std::uint64_t number)
{
    _preparing = std::make_shared<ClientStatement>();
    _preparing->what = std::move(what);
    _preparing->number = number;
}

std::uint32_t ClientStatements::nextId() const
{
    std::uint32_t id = _newest;
    do
        ++id;
    while (id == 0 || id == LAST || _statements.count(id) != 0);
    return id;
}

void ClientStatements::answer(std::string& text)
{
    if (_preparing == nullptr || text.size() < PARAMETERS_AT + 2 || text[HEADER] != OK_PACKET)
        return;
    _preparing->parameters = numberAt(text, PARAMETERS_AT, 2, ByteOrder::little);
    writeNumber(nextId(), &text[NUMBER_AT], 4, ByteOrder::little);
}

void ClientStatements::prepared()
{
    if (_preparing == nullptr)
        return;
    _last = _newest = nextId();
    _size += _preparing->what->size();
    _statements[_last] = std::exchange(_preparing, nullptr);
}

void ClientStatements::failed()
{
    if (std::exchange(_preparing, nullptr) != nullptr)
        _last = 0;
}

std::shared_ptr<ClientStatement> ClientStatements::find(std::uint32_t id, bool closed) const
{
    const std::uint32_t wanted = id == LAST ? _last : id;
    auto found = _statements.find(wanted);
    if (found != _statements.end())
        return found->second;
    found = _closed.find(wanted);
    return closed && found != _closed.end() ? found->second : nullptr;
}

void ClientStatements::close(std::uint32_t id)
{
    const auto found = _statements.find(id == LAST ? _last : id);
    if (found == _statements.end())
        return;
    _size -= found->second->what->size();
    _closed.insert(*found);
    _statements.erase(found);
}

void ClientStatements::settle()
{
    for (auto each = _closed.begin(); each != _closed.end();)
        each = each->second->isOngoing ? std::next(each) : _closed.erase(each);
    _preparing.reset();
}

bool ClientStatements::areOthersOngoing(const ClientStatement* statement) const
{
    return std::any_of(_statements.begin(), _statements.end(),
                       [statement](const auto& each)
                       { return each.second->isOngoing && each.second.get() != statement; });
}

void ClientStatements::clear()
{
    _statements.clear();
    _closed.clear();
    _preparing.reset();
    _size = 0;
    _last = 0;
}

} // namespace proximux::mysql
