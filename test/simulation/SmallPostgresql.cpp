#include "simulation/SmallPostgresql.h"

#include <proximux/protocol/postgresql/Messages.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <utility>

namespace proximux
{

using postgresql::appendText;
using postgresql::textAt;

namespace
{

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

std::vector<std::string> wordsOf(const std::string& sql)
{
    std::istringstream text(lower(sql));
    std::vector<std::string> words;
    for (std::string word; text >> word;)
        words.push_back(word);
    words.resize(std::max<std::size_t>(words.size(), 4));
    return words;
}

bool endsTransaction(const std::string& sql)
{
    const std::string first = wordsOf(sql)[0];
    return first == "rollback" || first == "commit" || first == "end";
}

std::string complete(const std::string& tag)
{
    return postgresql::message('C', tag + '\0');
}

std::string told(char type, const std::string& code, const std::string& text, const char* severity)
{
    std::string body;
    appendText(body, std::string("S") + severity);
    appendText(body, "C" + code);
    appendText(body, "M" + text);
    return postgresql::message(type, body + '\0');
}

} // namespace

std::string SmallPostgresql::error(const std::string& code, const std::string& text, const char* severity)
{
    return told('E', code, text, severity);
}

std::string SmallPostgresql::notice(const std::string& text)
{
    return told('N', "00000", text, "NOTICE");
}

std::string SmallPostgresql::ready(char status)
{
    return postgresql::message('Z', std::string(1, status));
}

std::string SmallPostgresql::hear(Bytes whole)
{
    const char type = whole.front();
    const Bytes body = whole.substr(postgresql::HEADER);
    switch (type)
    {
    case 'Q':
        return simple(std::string(textAt(body, 0)));
    case 'S':
        return sync();
    case 'H':
        return {};
    default:
        return _skips ? std::string() : extended(type, body);
    }
}

/// All statements of a text are one transaction, but for those that begin or end one.
std::string SmallPostgresql::simple(const std::string& text)
{
    _statements.erase("");
    std::string said;
    std::size_t at = 0;
    while (at < text.size() && !_skips)
    {
        const std::size_t end = std::min(text.find(';', at), text.size());
        const std::string sql = text.substr(at, end - at);
        if (sql.find_first_not_of(' ') != std::string::npos)
            said += run(sql, true);
        at = end + 1;
    }
    return said + sync();
}

std::string SmallPostgresql::sync()
{
    if (_status == 'I')
        endOfTransaction(true);
    _skips = false;
    return ready(_status);
}

std::string SmallPostgresql::extended(char type, Bytes body)
{
    const std::string first(textAt(body, 0));
    switch (type)
    {
    case 'P':
        return parse(body);
    case 'B':
    {
        const std::string name(textAt(body, first.size() + 1));
        const auto found = _statements.find(name);
        if (found == _statements.end())
        {
            fail("26000");
            return error("26000", name + " is not there");
        }
        if (_status == 'E' && !endsTransaction(found->second))
            return fail("25P02");
        _portals[first] = found->second;
        return postgresql::message('2', {});
    }
    case 'E':
    {
        const auto found = _portals.find(first);
        return found == _portals.end() ? fail("34000") : run(found->second, false);
    }
    case 'C':
        (body.front() == 'S' ? _statements : _portals).erase(first.substr(1));
        return postgresql::message('3', {});
    default:
        return fail("08P01");
    }
}

std::string SmallPostgresql::parse(Bytes body)
{
    const std::string name(textAt(body, 0));
    const std::string sql(textAt(body, name.size() + 1));
    if (_status == 'E' && !endsTransaction(sql))
        return fail("25P02");
    if (wordsOf(sql)[1] == "wrong")
        return fail("42703");
    if (!name.empty() && _statements.count(name) > 0)
        return fail("42P05");
    _statements[name] = sql;
    return postgresql::message('1', {});
}

std::string SmallPostgresql::fail(const std::string& code)
{
    _skips = true;
    if (_status == 'I')
        endOfTransaction(false);
    else
        _status = 'E';
    return error(code, "no");
}

/// Of one that begins with each statement, where the client has begun none.
void SmallPostgresql::endOfTransaction(bool keeps)
{
    if (!keeps && _before)
        _state = *_before;
    _state.passing.clear();
    _before.reset();
    _savepoints.clear();
    _portals.clear();
}

std::string SmallPostgresql::run(const std::string& sql, bool describes)
{
    const std::vector<std::string> words = wordsOf(sql);
    const bool ends = endsTransaction(sql);
    if (_status == 'E' && !ends)
        return fail("25P02");
    if (!_before)
        _before = _state;
    if (words[0] == "select" && words[1].compare(0, 7, "exists(") == 0)
        return rows({_state.channels.empty() ? "f" : "t", "f", _state.tables.empty() ? "f" : "t", "f", "f"}, describes);
    if (words[0] == "select" && words[1] == "wrong")
        return fail("42703");
    if (words[0] == "select")
        return rows({words[1] + digest()}, describes);
    if (ends || words[0] == "begin" || words[0] == "savepoint")
        return transact(words);
    return change(words, sql);
}

std::string SmallPostgresql::transact(const std::vector<std::string>& words)
{
    if (words[0] == "begin")
        _status = 'T';
    else if (words[0] == "savepoint" && _status == 'I')
        return fail("25P01");
    else if (words[0] == "savepoint")
        _savepoints.emplace_back(words[1], _state);
    else if (words[1] == "to")
    {
        while (!_savepoints.empty() && _savepoints.back().first != words[2])
            _savepoints.pop_back();
        if (_savepoints.empty())
            return fail("3B001");
        _state = _savepoints.back().second;
        _status = 'T';
    }
    else
    {
        const bool keeps = words[0] != "rollback" && _status != 'E';
        endOfTransaction(keeps);
        _status = 'I';
        return complete(keeps ? "COMMIT" : "ROLLBACK");
    }
    return complete(words[0] == "begin" ? "BEGIN" : words[0] == "savepoint" ? "SAVEPOINT" : "ROLLBACK");
}

std::string SmallPostgresql::change(const std::vector<std::string>& words, const std::string& sql)
{
    const std::size_t value = sql.find('=');
    if (words[0] == "set" && words[1] == "local")
        _state.passing[words[2].substr(0, words[2].find('='))] = sql.substr(value + 1);
    else if (words[0] == "set")
    {
        const std::string name = words[1].substr(0, words[1].find('='));
        if (sql.find("wrong") != std::string::npos)
            return fail("22023");
        _state.settings[name] = sql.substr(value + 1);
        _state.passing.erase(name);
    }
    else if (words[0] == "reset")
    {
        _state.settings.erase(words[1]);
        _state.passing.erase(words[1]);
    }
    else if (words[0] == "listen")
        _state.channels.insert(words[1]);
    else if (words[0] == "unlisten")
        _state.channels.clear();
    else if (words[0] == "create" && !_state.tables.insert(words[3]).second)
        return fail("42P07");
    else if (words[0] == "drop" && _state.tables.erase(words[2]) == 0)
        return fail("42P01");
    else if (words[0] == "discard" && _status != 'I')
        return fail("25001");
    else if (words[0] == "discard")
    {
        _state = State();
        _statements.clear();
        return complete("DISCARD ALL");
    }
    return complete("OK");
}

std::string SmallPostgresql::rows(const std::vector<std::string>& values, bool describes) const
{
    std::string columns;
    std::string row;
    appendNumber(columns, values.size(), 2);
    appendNumber(row, values.size(), 2);
    for (const std::string& value : values)
    {
        appendText(columns, "c");
        columns.append(18, '\0');
        appendNumber(row, value.size(), 4);
        row += value;
    }
    return (describes ? postgresql::message('T', columns) : std::string()) + postgresql::message('D', row) +
           complete("SELECT 1");
}

std::string SmallPostgresql::digest() const
{
    std::string text = " " + _user;
    std::map<std::string, std::string> settings = _state.settings;
    for (const auto& [name, value] : _state.passing)
        settings[name] = value;
    for (const auto& [name, value] : settings)
        text.append(" ").append(name).append("=").append(value);
    for (const std::string& table : _state.tables)
        text += " t:" + table;
    for (const std::string& channel : _state.channels)
        text += " c:" + channel;
    return text;
}

} // namespace proximux
