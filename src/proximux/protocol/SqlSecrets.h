#pragma once

#include <proximux/wire/Bytes.h>

#include <string>

namespace proximux
{

/// What stands between double quotes: a string (MySQL), or a name (PostgreSQL and the SQL standard).
enum class DoubleQuotes
{
    literal,
    name
};

/// Whether a statement names a password: a word that contains PASSWORD, PASSWD or PASSPHRASE, or is or ends with PWD;
/// or IDENTIFIED. The values that are bound to such a statement are secret, even where the statement itself holds none.
/// Looks at words only, inside comments and quotes too. Linear.
bool namesPassword(Bytes sql);

/// Whether a statement may hold a secret in clear text, so that none of it is shown: it names a password and holds a
/// literal anywhere, or assigns anything but a placeholder to it; IDENTIFIED; SET PASSWORD; CONNECTION '...'; or a URL
/// with a password in it. Withholds too much rather than too little. Linear.
bool mayHoldPassword(Bytes sql, DoubleQuotes quotes = DoubleQuotes::literal);

/// What may be shown of such a statement: its first words and "<withheld>".
std::string withheldForm(Bytes sql);

} // namespace proximux
