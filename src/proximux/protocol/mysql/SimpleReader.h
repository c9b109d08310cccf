#pragma once

#include <proximux/Bytes.h>

#include <string>

namespace proximux::mysql
{

std::string inLowerCase(Bytes text);

/// Reads a statement of words and simple values. What it does not know is none. The text must outlive it.
class SimpleReader
{
public:
    explicit SimpleReader(Bytes sql);

    [[nodiscard]] bool isAtEnd() const { return _rest.empty(); }

    /// A word comes next, in lower case; empty: none does.
    std::string word();

    /// Whether this comes next.
    bool sign(Bytes sign);

    /// A number, a word, or a text in quotes without anything that may need a backslash; empty: none comes next.
    std::string value();

    /// A name, in backticks or without; empty: none comes next.
    std::string name();

    [[nodiscard]] Bytes rest() const { return _rest; }

private:
    void skip();
    Bytes take(Bytes of);

    Bytes _rest;
};

} // namespace proximux::mysql
