#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <string>

namespace proximux::mysql
{

/// A part of a text of SQL.
struct Token
{
    enum class Kind
    {
        word,     ///< in lower case
        quoted,   ///< a name in backticks, in lower case
        string,   ///< in quotes; its text is not kept
        variable, ///< @name
        system,   ///< @@name, with session., where that is written; in lower case
        sign      ///< one character
    };

    Kind kind = Kind::sign;
    std::string text;

    [[nodiscard]] bool is(Bytes word) const { return kind == Kind::word && word == text; }
    [[nodiscard]] bool isSign(char c) const { return kind == Kind::sign && text.front() == c; }
};

/// Receives the tokens of a text, in their order.
class TokenListener
{
public:
    TokenListener() = default;
    TokenListener(const TokenListener&) = delete;
    TokenListener& operator=(const TokenListener&) = delete;
    virtual ~TokenListener() = default;

    virtual void token(const Token& token) = 0;
};

/// Divides a text of SQL, which comes in pieces of any size, into tokens. Comments are left out, but for those that a
/// server executes. No input makes it throw, or keep more than a few bytes.
class Scanner
{
public:
    /// escapes: whether a backslash in quotes takes the meaning of the next character. The listener must outlive it.
    Scanner(TokenListener& listener, bool escapes)
        : _listener(listener)
        , _escapes(escapes)
    {
    }

    void feed(Bytes text);
    void end();

    /// A backslash stands in double quotes, where its meaning depends on a mode of the server.
    [[nodiscard]] bool isUnsure() const { return _isUnsure; }

    /// A comment came that some servers execute, and others do not.
    [[nodiscard]] bool hasExecuted() const { return _hasExecuted; }

    /// Where such a comment, or a word, ends may be read otherwise.
    [[nodiscard]] bool isRisky() const { return _isRisky; }

private:
    enum class Where
    {
        between,
        word,
        number,
        variable, ///< behind @
        quotes,
        lineComment,
        comment
    };

    void take(char c);
    void read(char c);
    void between(char c);
    void openComment();
    void execute();
    void inName(char c);
    void inQuotes(char c);
    void inComment(char c);
    void say(Token::Kind kind);
    void sign(char c);

    static constexpr std::size_t LONGEST = 64; ///< bytes kept of a name

    TokenListener& _listener;
    bool _escapes;
    bool _isUnsure = false;
    Where _where = Where::between;
    char _quote = 0;  ///< quotes: which
    char _before = 0; ///< a character of which the meaning depends on the next one
    bool _isEscaped = false;
    bool _mayEnd = false; ///< quotes: one came, which is the end unless another follows
    bool _isQuotedVariable = false;
    std::size_t _executed = 0; ///< executed comments that are open
    std::size_t _version = 0;  ///< digits that may be the version of the one that begins
    bool _hasExecuted = false;
    bool _isHint = false; ///< comment: of the optimizer
    bool _isRisky = false;
    char _last = 0; ///< the character before the present one
    std::string _text;
    Token _token;
};

} // namespace proximux::mysql
