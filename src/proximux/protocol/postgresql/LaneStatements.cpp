#include <proximux/protocol/postgresql/LaneStatements.h>

#include <proximux/protocol/postgresql/Messages.h>

#include <algorithm>
#include <utility>

namespace proximux::postgresql
{

namespace
{

constexpr Bytes STATEMENT = "S"; ///< of Close: what is closed
constexpr char PARSED = '1';
constexpr char BOUND = '2';
constexpr char CLOSED = '3';

void sayClose(std::string& text, Bytes name)
{
    appendMessage(text, 'C', STATEMENT, name, END);
}

bool haveSameSettings(const std::shared_ptr<const Login>& a, const std::shared_ptr<const Login>& b)
{
    return a == b || (a != nullptr && b != nullptr && a->settings == b->settings);
}

/// exactly: what belongs to everybody is none of a client's own.
bool serves(const Whose& statement, const Whose& client, bool exactly)
{
    const bool isTheirs = statement.owner == client.owner || (statement.owner == 0 && !exactly);
    return isTheirs && haveSameSettings(statement.login, client.login);
}

} // namespace

// -------------------------------------------------------------------------------------- while a request is written

void LaneStatements::begin(std::size_t most, std::string& text)
{
    _most = most;
    for (const std::string& name : _toClose)
    {
        sayClose(text, name);
        mark({CLOSED, Answer::swallowed, false, {}, nullptr});
    }
    _toClose.clear();
}

bool LaneStatements::look(const std::shared_ptr<const Prepared>& what, Bytes body, std::size_t hash, const Whose& whose,
                          bool exactly)
{
    const auto range = _byHash.equal_range(hash);
    const auto same = std::find_if(range.first, range.second,
                                   [&](const auto& entry)
                                   {
                                       const Statement& each = *entry.second;
                                       return !each.isGone && !each.isLeaving && each.number >= _visibleFrom &&
                                              (each.what == what || each.what->body == body) &&
                                              serves(each.whose, whose, exactly);
                                   });
    if (same == range.second)
        return false;
    _found = same->second;
    _statements.splice(_statements.begin(), _statements, _found);
    use(_found);
    return true;
}

Bytes LaneStatements::find(const std::shared_ptr<const Prepared>& what, const Whose& whose)
{
    if (!look(what, what->body, what->hash, whose, false))
        return {};
    _found->what = what; // so that the texts need not be compared again
    return _found->name;
}

void LaneStatements::use(Place place)
{
    if (!std::exchange(place->isUsed, true))
        _used.push_back(place);
}

Bytes LaneStatements::prepare(const std::shared_ptr<const Prepared>& what, const Whose& whose,
                              const std::shared_ptr<ClientStatement>& client, std::string& text)
{
    makeRoom(text);
    ++_number;
    _statements.push_front({what, whose, "proximux/" + std::to_string(_number), _number});
    const Place place = _found = _statements.begin();
    _byHash.emplace(what->hash, place);
    _unsure.push_back(place);
    use(place);
    appendMessage(text, 'P', place->name, END, what->body);
    mark({PARSED, client != nullptr ? Answer::passes : Answer::swallowed, true, place, client});
    return place->name;
}

/// Closes the one that was used last the longest time ago. Those of the present request are kept.
void LaneStatements::makeRoom(std::string& text)
{
    if (_statements.size() < std::max<std::size_t>(_most, 1))
        return;
    const Place last = std::prev(_statements.end());
    if (last->isUsed || last->isGone)
        return;
    last->isLeaving = true;
    _unsure.push_back(last);
    sayClose(text, last->name);
    mark({CLOSED, Answer::swallowed, true, last, nullptr});
}

void LaneStatements::parse(Bytes name, Bytes body, const std::shared_ptr<ClientStatement>& client, std::string& text)
{
    appendMessage(text, 'P', name, END, body);
    mark({PARSED, Answer::passes, false, {}, client});
}

void LaneStatements::parseAgain(const std::shared_ptr<ClientStatement>& client, std::string& text)
{
    sayClose(text, NOBODYS);
    mark({CLOSED, Answer::parsed, false, {}, client});
}

void LaneStatements::close(Bytes body, const std::shared_ptr<ClientStatement>& client, std::string& text)
{
    if (client != nullptr)
        sayClose(text, NOBODYS);
    else
        appendMessage(text, 'C', body, {}, {});
    mark({CLOSED, Answer::passes, false, {}, client});
}

void LaneStatements::query(Bytes sql, std::string& text)
{
    appendMessage(text, 'P', END, sql, Bytes("\0\0\0", 3)); // without parameters
    appendMessage(text, 'B', Bytes("\0\0\0\0\0\0\0\0", 8), {}, {});
    appendMessage(text, 'E', Bytes("\0\0\0\0\0", 5), {}, {});
    appendMessage(text, 'S', {}, {}, {});
    mark({PARSED, Answer::swallowed, false, {}, nullptr});
    mark({BOUND, Answer::swallowed, false, {}, nullptr});
}

void LaneStatements::deallocate()
{
    _found->isGone = true;
    _unsure.push_back(_found);
    _toClose.push_back(_found->name); // if that fails
}

/// It says Bind to a statement that nobody has.
void LaneStatements::refuse(std::string error, std::string& text)
{
    _refusal = std::move(error);
    appendMessage(text, 'B', END, NOBODYS, Bytes("\0\0\0\0\0\0\0", 7)); // without parameters
}

// ------------------------------------------------------------------------------------- while its response is read

Bytes LaneStatements::refusalFor(Bytes error) const
{
    return refuses() && error.find(NOBODYS) != Bytes::npos ? Bytes(_refusal) : Bytes();
}

LaneStatements::Answer LaneStatements::answerTo(char type) const
{
    if (_next < _marks.size() && _marks[_next].type == type)
        return _marks[_next].answer;
    return type == BOUND ? Answer::passes : Answer::unasked;
}

void LaneStatements::answered(char type)
{
    if (_next == _marks.size() || _marks[_next].type != type)
        return;
    Mark& mark = _marks[_next++];
    if (mark.changes)
        (type == PARSED ? mark.place->isThere : mark.place->isGone) = true;
    if (mark.client != nullptr)
        mark.client->exists = type == PARSED || mark.answer == Answer::parsed;
    constexpr std::size_t MANY = 256;
    if (_next == _marks.size() || _next >= MANY)
    {
        _marks.erase(_marks.begin(), _marks.begin() + static_cast<std::ptrdiff_t>(_next));
        _next = 0;
    }
}

/// A batch may go on behind an error for as long as it likes.
void LaneStatements::mark(Mark mark)
{
    if (!_hasFailed)
        _marks.push_back(std::move(mark));
}

void LaneStatements::ready(bool failed)
{
    _isInFailed = failed;
    _discarded.reset();
    _refusal.clear();
    _hasFailed = false;
    _flushed.end();
    _visibleFrom = 0;
    if (_marks.empty() && _used.empty() && _unsure.empty())
        return;
    _marks.clear();
    _next = 0;
    for (const Place place : _used)
        place->isUsed = false;
    _used.clear();
    std::sort(_unsure.begin(), _unsure.end(), [](Place a, Place b) { return &*a < &*b; });
    _unsure.erase(std::unique(_unsure.begin(), _unsure.end()), _unsure.end());
    for (const Place place : _unsure)
    {
        place->isLeaving = false;
        if (!place->isThere || place->isGone)
            drop(place);
    }
    _unsure.clear();
}

void LaneStatements::drop(Place place)
{
    const auto range = _byHash.equal_range(place->what->hash);
    _byHash.erase(
        std::find_if(range.first, range.second, [place](const auto& entry) { return entry.second == place; }));
    _statements.erase(place);
}

void LaneStatements::forgetAll()
{
    if (_discarded != nullptr)
        *_discarded = true;
    for (Place place = _statements.begin(); place != _statements.end(); ++place)
        if (place->isThere)
        {
            place->isGone = true;
            _unsure.push_back(place);
        }
}

void LaneStatements::outdated()
{
    for (const Place place : _used)
    {
        if (place->isThere)
            _toClose.push_back(place->name);
        place->isGone = true;
        _unsure.push_back(place);
    }
}

} // namespace proximux::postgresql
