#include <proximux/protocol/postgresql/ClientStatements.h>

#include <proximux/protocol/postgresql/Messages.h>
#include <proximux/protocol/postgresql/Statements.h>
#include <proximux/protocol/postgresql/Tokens.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace proximux::postgresql
{

namespace
{

constexpr std::size_t OF_STATEMENT = 96; ///< bytes of memory, beside name and text

std::size_t sizeOf(Bytes name, const ClientStatement& statement)
{
    return OF_STATEMENT + name.size() + statement.what->body.size();
}

} // namespace

std::optional<std::string> deallocatedBy(Bytes sql)
{
    Tokens tokens(sql);
    const Token first = tokens.next();
    if (!first.is("deallocate") && !first.is("discard"))
        return std::nullopt;
    Token name = tokens.next();
    if (first.is("deallocate") && name.is("prepare"))
        name = tokens.next();
    Token end = tokens.next();
    if (end.isSign(';'))
        end = tokens.next();
    const bool isAll = name.is("all");
    const bool isName = first.is("deallocate") && name.isName() && name.text.find('"') == Bytes::npos;
    if (end.kind != Token::Kind::end || name.unsure || !(isAll || isName))
        return std::nullopt;
    std::string text;
    if (name.kind == Token::Kind::word && !isAll)
        std::transform(name.text.begin(), name.text.end(), std::back_inserter(text),
                       [](char c) { return static_cast<char>(folded(c)); });
    else if (!isAll)
        text = name.text;
    return text;
}

// ------------------------------------------------------------------------------------------------ StatementRegistry

std::shared_ptr<const Prepared> StatementRegistry::find(Bytes body, const Login& login)
{
    const auto range = _byHash.equal_range(Prepared::hashOf(body));
    for (auto each = range.first; each != range.second; ++each)
    {
        const std::shared_ptr<ClientStatement> statement = each->second.lock();
        if (statement != nullptr && statement->exists && statement->what->body == body &&
            statement->login->says == login.says)
            return statement->what;
    }
    return nullptr;
}

/// Those that are not there any more are dropped each time their number may have doubled.
void StatementRegistry::add(const std::shared_ptr<ClientStatement>& statement)
{
    constexpr std::size_t FEW = 64;
    if (_byHash.size() > std::max(2 * _swept, FEW))
    {
        for (auto each = _byHash.begin(); each != _byHash.end();)
            each = each->second.expired() ? _byHash.erase(each) : std::next(each);
        _swept = _byHash.size();
    }
    _byHash.emplace(statement->what->hash, statement);
}

// ------------------------------------------------------------------------------------------------- ClientStatements

void ClientStatements::begin()
{
    settle();
    ++_request;
    _unnamedIsThere = false;
    _begins = true;
    _more = 0;
}

/// What came of the request before.
void ClientStatements::settle()
{
    if (_discarded != nullptr && *_discarded)
    {
        _byName.clear();
        _asked.erase(_asked.begin(), _asked.begin() + static_cast<std::ptrdiff_t>(_askedBefore));
        _size = 0;
        for (const auto& [name, statement] : _asked)
            _size += sizeOf(name, *statement);
    }
    _discarded.reset();
    _askedBefore = 0;
    for (auto& [name, statement] : _asked)
    {
        if (statement->exists)
            put(name, statement);
        else
            _size -= sizeOf(name, *statement);
    }
    _asked.clear();
    _newest.clear();
}

void ClientStatements::sweep()
{
    settle();
    for (auto each = _byName.begin(); each != _byName.end();)
    {
        const bool stays = each->second->exists;
        _size -= stays ? 0 : sizeOf(each->first, *each->second);
        each = stays ? std::next(each) : _byName.erase(each);
    }
}

/// In place of the one that had the name before.
void ClientStatements::put(const std::string& name, const std::shared_ptr<ClientStatement>& statement)
{
    std::shared_ptr<ClientStatement>& place = _byName[name];
    if (place != nullptr)
        _size -= sizeOf(name, *place);
    place = statement;
}

void ClientStatements::write(Bytes messages, const Whose& whose, LaneStatements& lane, std::string& text)
{
    const std::size_t rest = std::min(_more, messages.size());
    text.append(messages.substr(0, rest));
    messages.remove_prefix(rest);
    _more -= rest;
    if (std::exchange(_begins, false))
        lane.begin(_most, text);
    while (messages.size() >= HEADER)
    {
        const std::size_t size = std::max(static_cast<std::size_t>(1 + lengthAt(messages, 1)), HEADER);
        const Bytes came = messages.substr(0, size);
        _more = size - came.size();
        lane.asks(came.front());
        write(came.front(), came, {whose, lane, text, _more});
        messages.remove_prefix(came.size());
    }
    text.append(messages);
}

void ClientStatements::write(char type, Bytes whole, const Page& page)
{
    const Bytes body = whole.substr(HEADER);
    switch (type)
    {
    case 'P':
        return parse(body, page);
    case 'B':
        return bind(body, page);
    case 'D':
        return describe(body, page);
    case 'C':
        return close(body, page);
    case 'Q':
        return query(body, page);
    default:
        page.text.append(whole);
        return;
    }
}

void ClientStatements::parse(Bytes body, const Page& page)
{
    const Bytes name = textAt(body, 0);
    const Bytes rest = body.substr(std::min(name.size() + 1, body.size()));
    if (name.empty())
        return parseUnnamed(rest, page);
    if (const std::shared_ptr<ClientStatement> before = find(name))
        return page.lane.parse(ensure(before->what, page), rest, nullptr,
                               page.text); // it is there already, says the target
    const bool isThere = !page.lane.isInFailed() && page.lane.has(rest, page.whose);
    const auto made = make(name, isThere ? page.lane.found() : std::make_shared<const Prepared>(rest), page.whose);
    _newest[std::string(name)] = _asked.size();
    _asked.emplace_back(name, made);
    if (isThere)
        page.lane.parseAgain(made, page.text);
    else
        page.lane.prepare(made->what, page.whose, made, page.text);
}

/// Whatever becomes of it, the one before is gone. What was kept of that is used again.
void ClientStatements::parseUnnamed(Bytes body, const Page& page)
{
    if (_unnamed == nullptr || _unnamed.use_count() > 1)
        _unnamed = std::make_shared<ClientStatement>();
    _unnamed->exists = false;
    _unnamedBody = body;
    _lasting.reset();
    _lasts.reset();
    _unnamedIsThere = true;
    const Bytes sql = textAt(body, 0);
    const std::string instead = deallocated(sql, page);
    if (instead.empty())
        return page.lane.parse({}, body, _unnamed, page.text);
    page.lane.parse({}, instead + std::string(body.substr(sql.size())), nullptr, page.text);
}

std::shared_ptr<ClientStatement> ClientStatements::make(Bytes name, std::shared_ptr<const Prepared> what,
                                                        const Whose& whose)
{
    auto made = std::make_shared<ClientStatement>();
    made->what = std::move(what);
    made->login = whose.login;
    _size += sizeOf(name, *made);
    if (whose.owner == 0)
        _registry->add(made);
    return made;
}

bool ClientStatements::prepareKnown(Bytes body, const std::shared_ptr<const Login>& login)
{
    begin();
    const Bytes name = textAt(body, 0);
    if (name.empty() || find(name) != nullptr)
        return false;
    auto known = _registry->find(body.substr(std::min(name.size() + 1, body.size())), *login);
    if (known == nullptr)
        return false;
    const auto made = make(name, std::move(known), {login});
    made->exists = true;
    put(std::string(name), made);
    return true;
}

/// As far as can be known before the target has answered what was written.
std::shared_ptr<ClientStatement> ClientStatements::find(Bytes name) const
{
    const auto newest = _newest.find(name);
    if (newest != _newest.end() && newest->second >= _askedBefore)
    {
        const std::shared_ptr<ClientStatement>& asked = _asked[newest->second].second;
        return asked->endsIn != _request ? asked : nullptr;
    }
    const auto found = _discarded == nullptr ? _byName.find(name) : _byName.end();
    const bool isThere = found != _byName.end() && found->second->exists && found->second->endsIn != _request;
    return isThere ? found->second : nullptr;
}

/// The statement without a name, where it may be executed by a later request, whose effects were judged without it.
/// Null: it may not, or there is none.
const std::shared_ptr<const Prepared>& ClientStatements::lasting()
{
    static const std::shared_ptr<const Prepared> NONE;
    if (_unnamed == nullptr || !_unnamed->exists)
        return NONE;
    if (!_lasts)
    {
        const Effects effects = effectsOf(textAt(_unnamedBody, 0));
        _lasts = effects.ties == 0 && !effects.isLocal && !effects.forgets && !effects.copies && !effects.readsLast;
        if (*_lasts)
            _lasting = std::make_shared<const Prepared>(_unnamedBody);
    }
    return _lasting;
}

/// The name under which the connection has this statement, or will have behind what was written.
Bytes ClientStatements::ensure(const std::shared_ptr<const Prepared>& what, const Page& page)
{
    const Bytes name = page.lane.find(what, page.whose);
    return name.empty() ? page.lane.prepare(what, page.whose, nullptr, page.text) : name;
}

/// What is said for the client's name of a statement. One that it has not prepared is unknown to the target, too.
Bytes ClientStatements::nameOn(Bytes name, const Page& page)
{
    if (name.empty() && !_unnamedIsThere)
        return lasting() != nullptr ? ensure(_lasting, page) : LaneStatements::NOBODYS;
    const std::shared_ptr<ClientStatement> statement = name.empty() ? nullptr : find(name);
    return statement != nullptr ? ensure(statement->what, page) : name;
}

void ClientStatements::bind(Bytes body, const Page& page)
{
    const Bytes portal = body.substr(0, std::min(textAt(body, 0).size() + 1, body.size()));
    const Bytes name = textAt(body, portal.size());
    const Bytes known = nameOn(name, page);
    appendMessage(page.text, 'B', portal, known, body.substr(std::min(portal.size() + name.size(), body.size())),
                  page.more);
}

void ClientStatements::describe(Bytes body, const Page& page)
{
    const Bytes kind = body.substr(0, 1);
    const Bytes name = textAt(body, 1);
    if (kind != "S")
        return appendMessage(page.text, 'D', body);
    const Bytes known = nameOn(name, page);
    appendMessage(page.text, 'D', kind, known, body.substr(std::min(1 + name.size(), body.size())));
}

void ClientStatements::close(Bytes body, const Page& page)
{
    const Bytes name = textAt(body, 1);
    const bool isStatement = body.substr(0, 1) == "S";
    if (isStatement && name.empty())
        forgetUnnamed();
    const auto statement = isStatement && !name.empty() ? find(name) : nullptr;
    if (statement != nullptr)
        statement->endsIn = _request;
    page.lane.close(body, statement, page.text);
}

void ClientStatements::query(Bytes body, const Page& page)
{
    const std::string instead = deallocated(textAt(body, 0), page);
    if (instead.empty())
        return appendMessage(page.text, 'Q', body);
    page.lane.query(instead, page.text);
}

/// The text that deallocates what this one means on the connection; empty: this one.
std::string ClientStatements::deallocated(Bytes sql, const Page& page)
{
    const auto name = deallocatedBy(sql);
    if (!name)
        return {};
    if (name->empty())
    {
        _discarded = std::make_shared<bool>(false);
        page.lane.discard(_discarded);
        _askedBefore = _asked.size();
        return {};
    }
    const std::shared_ptr<ClientStatement> statement = find(*name);
    if (statement == nullptr)
        return {};
    std::string text = "DEALLOCATE \"";
    text.append(ensure(statement->what, page)).append(1, '"');
    page.lane.deallocate();
    statement->exists = false;
    statement->endsIn = _request;
    return text;
}

} // namespace proximux::postgresql
