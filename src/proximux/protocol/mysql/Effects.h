#pragma once

#include <proximux/protocol/mysql/Scanner.h>

#include <cstddef>
#include <string>

namespace proximux::mysql
{

/// What a text of SQL means for the session in which it is executed.
struct Effects
{
    unsigned ties = 0; ///< pins:: that last
    std::size_t statements = 0;
    std::string first;        ///< the first word, if there is one
    bool copies = false;      ///< it may ask for a file of its client
    bool kills = false;       ///< it ends what another connection does, by its number
    bool sets = false;        ///< it has SET or USE
    bool setsGlobally = true; ///< and all of these change the server alone, or a password
    bool locksTables = false;
    bool unlocksTables = false;
    bool countsFound = false;   ///< it counts rows for a later statement
    bool readsInserted = false; ///< it asks for the id that was inserted last
    bool setsInserted = false;  ///< it may set that id, and nothing says so
    bool readsCount = false;    ///< it asks how many rows the statement before it has changed
    bool readsMessages = false; ///< it asks for the warnings and errors of earlier ones
    bool showsMessages = false; ///< and nothing else
    bool readsFound = false;    ///< it asks how many rows that had without a limit
    bool profiles = false;      ///< it has statements kept, for longer than the session
    bool moves = false;         ///< it has USE among other statements
    bool releases = false;      ///< the connection ends with its transaction
    bool calls = false;         ///< it may run statements that do not stand in it
    bool hides = false;         ///< a server may read it otherwise than we do
    bool readsSequence = false; ///< it asks for the value that a sequence has given last

    [[nodiscard]] bool isSingle() const { return statements == 1; }
};

/// Finds out the effects of a text, which comes in pieces of any size. What it does not know ties.
class EffectsReader : private TokenListener
{
public:
    /// escapes, doubleQuotes: whether a backslash takes the meaning of the next character in quotes, and it is known
    /// that it does so in double quotes. isOne: the server takes the text for one statement.
    EffectsReader(bool escapes, bool doubleQuotes, bool isOne = false)
        : _scanner(*this, escapes)
        , _doubleQuotes(doubleQuotes)
        , _isOne(isOne)
    {
    }

    void feed(Bytes text) { _scanner.feed(text); }

    /// The effects of what came so far.
    [[nodiscard]] Effects soFar() const;

    /// The text is whole.
    Effects end();

private:
    void token(const Token& token) override;
    void firstWord(const std::string& word);
    void word(const std::string& word);
    void anywhere(const std::string& word);
    void system(const std::string& name);
    void callOf(const Token& name);
    [[nodiscard]] bool isColumnList() const;

    Scanner _scanner;
    bool _doubleQuotes;
    bool _isOne;
    bool _isBody = false; ///< what comes is done by those who call what is created here
    Effects _effects;
    bool _begins = true;      ///< the next word is the first of a statement
    bool _isDdl = false;      ///< what has brackets here is not called
    std::size_t _words = 0;   ///< of the present statement
    std::string _first;       ///< its first word
    bool _hasInto = false;    ///< it has INTO
    bool _chains = false;     ///< another transaction begins behind it
    bool _isAssigned = false; ///< a variable and a colon came last
    bool _isInserted = false; ///< LAST_INSERT_ID and its bracket came last
    Token _last;
    Token _name; ///< the last name, whose last part this is
    std::string _beforeName;
    bool _isDotted = false;
    bool _isOfSystem = false;    ///< a dot behind @@name came last
    bool _countedBefore = false; ///< an earlier statement counts rows
};

} // namespace proximux::mysql
