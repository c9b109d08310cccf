#include <proximux/protocol/mysql/Effects.h>

#include <proximux/Pins.h>
#include <proximux/protocol/mysql/Functions.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace proximux::mysql
{

namespace
{

/// First words of statements that leave nothing behind but what is found by other words. In their order.
constexpr Bytes HARMLESS[] = {
    "alter",     "analyze",   "begin",  "cache",    "change",   "check",  "checksum", "clone",  "commit",
    "create",    "delete",    "desc",   "describe", "do",       "drop",   "explain",  "flush",  "get",
    "grant",     "help",      "import", "insert",   "install",  "kill",   "load",     "lock",   "optimize",
    "purge",     "release",   "rename", "repair",   "replace",  "reset",  "restart",  "revoke", "rollback",
    "savepoint", "select",    "set",    "show",     "shutdown", "signal", "start",    "stop",   "table",
    "truncate",  "uninstall", "unlock", "update",   "use",      "values", "with"};

/// Words before the name of a table, or of an index, whose columns stand in brackets.
constexpr Bytes BEFORE_COLUMNS[] = {"delayed", "exists",       "high_priority", "ignore",  "insert", "into",   "join",
                                    "key",     "low_priority", "recursive",     "replace", "table",  "update", "with"};

/// What is created with a body. In their order.
constexpr Bytes ROUTINES[] = {"event", "function", "package", "procedure", "trigger"};

template <std::size_t N>
bool isAmong(const Bytes (&words)[N], Bytes word)
{
    return std::binary_search(std::begin(words), std::end(words), word);
}

bool isNumber(const std::string& word)
{
    return word.front() >= '0' && word.front() <= '9';
}

} // namespace

Effects EffectsReader::soFar() const
{
    Effects effects = _effects;
    if (_scanner.isUnsure() && !_doubleQuotes)
        effects.ties |= pins::SESSION;
    effects.hides = _scanner.isRisky();
    effects.moves = effects.moves && !effects.isSingle();
    return effects;
}

Effects EffectsReader::end()
{
    _scanner.end();
    return soFar();
}

void EffectsReader::token(const Token& token)
{
    if (_isBody)
        return;
    const bool isName = token.kind == Token::Kind::word || token.kind == Token::Kind::quoted;
    if (_begins && !token.isSign(';'))
        ++_effects.statements;
    if (_begins && !token.isSign(';') && !token.isSign('(') &&
        !(token.kind == Token::Kind::word && isNumber(token.text)))
        firstWord(token.kind == Token::Kind::word ? token.text : "");
    else if (token.kind == Token::Kind::word)
        word(token.text);
    if (isName && _scanner.hasExecuted())
        anywhere(token.text);
    if (isName && std::exchange(_isOfSystem, false))
        system("@" + token.text);
    if (isName)
    {
        _isDotted = _last.isSign('.');
        if (!_isDotted)
            _beforeName = _last.kind == Token::Kind::word ? _last.text : "";
        _name = token;
    }
    if (token.isSign('(') && (_last.kind == Token::Kind::word || _last.kind == Token::Kind::quoted))
        callOf(_name);
    const bool isSet = _hasInto || _first == "set" || _first == "load" || _first == "get";
    if ((token.kind == Token::Kind::variable && isSet) || (token.isSign('=') && _isAssigned))
        _effects.ties |= pins::SESSION;
    if (_isInserted)
        (token.isSign(')') ? _effects.readsInserted : _effects.setsInserted) = true;
    _isInserted = token.isSign('(') && !_isDotted &&
                  (_last.kind == Token::Kind::word || _last.kind == Token::Kind::quoted) &&
                  _last.text == "last_insert_id";
    _isAssigned = token.isSign(':') && _last.kind == Token::Kind::variable;
    if (token.kind == Token::Kind::system)
        system(token.text);
    _isOfSystem = token.isSign('.') ? _last.kind == Token::Kind::system
                                    : token.kind == Token::Kind::system && token.text.back() == '.';
    if (token.isSign(',') && _first == "set")
        _effects.setsGlobally = false;
    if (token.isSign(';'))
        _begins = true;
    _last = token;
}

void EffectsReader::firstWord(const std::string& word)
{
    _begins = false;
    _words = 1;
    _first = word;
    _hasInto = _isAssigned = _chains = false;
    _countedBefore = _effects.countsFound;
    if (_effects.first.empty())
        _effects.first = word;
    _isDdl = word == "create" || word == "alter";
    if (!isAmong(HARMLESS, word))
    {
        _effects.ties |= pins::SESSION;
        _effects.calls = true;
    }
    _effects.setsInserted = _effects.setsInserted || _effects.calls;
    if (word == "prepare" || word == "execute" || word == "deallocate")
        _effects.ties |= pins::STATEMENT;
    if (word == "lock")
        _effects.locksTables = true;
    _effects.kills = _effects.kills || word == "kill";
    _effects.readsMessages = _effects.readsMessages || word == "get";
    _effects.sets = _effects.sets || word == "set" || word == "use";
    _effects.setsGlobally = _effects.setsGlobally && word != "use";
    _effects.moves = _effects.moves || word == "use";
    if (_effects.locksTables)
        _effects.ties |= pins::LOCK;
}

/// A word that is not the first of its statement.
void EffectsReader::word(const std::string& word)
{
    ++_words;
    if (word == "select" || word == "values" || word == "do" || word == "begin" || word == "return")
        _isDdl = false;
    if (word == "chain")
        _chains = !_last.is("no");
    if ((_first == "commit" || _first == "rollback") && !_chains && word == "release" && !_last.is("no") &&
        !_last.is("to") && !_last.is("savepoint"))
        _effects.releases = true;
    if (_first == "load" && word == "local")
        _effects.copies = true;
    if (_first == "flush" && (word == "lock" || word == "export"))
    {
        _effects.locksTables = true;
        _effects.ties |= pins::LOCK;
    }
    if (_first == "unlock" && _words == 2 && (word == "tables" || word == "table"))
        _effects.unlocksTables = true;
    if (_first == "lock" && word == "instance")
        _effects.ties |= pins::SESSION; // UNLOCK TABLES does not end it
    if (_first == "create" && word == "temporary")
        _effects.ties |= pins::TEMPORARY;
    if (_first == "begin" && word == "not")
        _effects.ties |= pins::SESSION; // compound statements
    if (_first == "show" && _words == 2 && (word == "warnings" || word == "errors" || word == "count"))
    {
        _effects.readsMessages = true;
        _effects.showsMessages = word != "count";
    }
    if (_isOne && _first == "create" && isAmong(ROUTINES, word))
        _isBody = true;
    _hasInto = _hasInto || word == "into";
    if (word == "returning")
        _effects.setsInserted = true;
    if (word == "sql_calc_found_rows")
        _effects.countsFound = true;
    if (word == "value" && _last.is("previous"))
        _effects.readsSequence = true;
    _effects.profiles = _effects.profiles || (_first == "set" && word == "profiling");
    if (_first == "set" && (word == "last_insert_id" || word == "identity"))
        _effects.setsInserted = true;
    const bool isGlobal = word == "global" || word == "persist" || word == "persist_only" || word == "password";
    if (_first == "set" && _words == 2 && !isGlobal)
        _effects.setsGlobally = false;
    if (_first == "set" && _words == 2 && (word == "role" || word == "statement" || word == "transaction"))
        _effects.ties |= pins::SESSION;
}

/// Only some servers read what stands in an executed comment: so it is not known behind one where a statement begins.
void EffectsReader::anywhere(const std::string& word)
{
    _effects.ties |= pins::SESSION;
    if (word == "lock" || word == "export")
        _effects.ties |= pins::LOCK;
    if (word == "temporary")
        _effects.ties |= pins::TEMPORARY;
    _effects.copies = _effects.copies || word == "infile";
    _effects.kills = _effects.kills || word == "kill";
    _effects.readsMessages =
        _effects.readsMessages || word == "warnings" || word == "errors" || word == "diagnostics" || word == "count";
}

/// A variable of the server.
void EffectsReader::system(const std::string& name)
{
    if (_first == "set" && name.rfind("@global.", 0) != 0 && name.rfind("@persist", 0) != 0)
        _effects.setsGlobally = false;
    const std::string last = name.substr(name.find_last_of(".@") + 1);
    _effects.profiles = _effects.profiles || (_first == "set" && last == "profiling");
    if (last == "identity" || last == "last_insert_id")
    {
        _effects.readsInserted = true;
        _effects.setsInserted = _effects.setsInserted || _first == "set";
    }
    if (last == "warning_count" || last == "error_count")
        _effects.readsMessages = true;
}

/// Brackets follow a name: a function is called, or it is a word of the language, or columns are named.
void EffectsReader::callOf(const Token& name)
{
    const std::string& text = name.text;
    if (!_isDotted && text == "get_lock")
        _effects.ties |= pins::LOCK | pins::SESSION;
    else if (!_isDotted && text == "last_insert_id")
        return; // what it means is said by what comes next
    else if (!_isDotted && text == "row_count")
        _effects.readsCount = _effects.readsCount || _effects.isSingle(); // else of a statement in the same text
    else if (!_isDotted && text == "found_rows")
        _effects.readsFound = _effects.readsFound || !_countedBefore;
    else if (!_isDotted && text == "lastval")
        _effects.readsSequence = true;
    else if (!_isDdl && !isColumnList() && (_isDotted || !isHarmlessBeforeBrackets(text)))
    {
        _effects.ties |= pins::SESSION;
        _effects.calls = _effects.setsInserted = true;
    }
}

bool EffectsReader::isColumnList() const
{
    const bool isOfSelect = _beforeName == "high_priority" && _first != "insert" && _first != "replace";
    return !isOfSelect && isAmong(BEFORE_COLUMNS, _beforeName);
}

} // namespace proximux::mysql
