#pragma once

#include <proximux/Bytes.h>

#include <string>

namespace proximux::sql
{

/// The meaning of double quotes: a string (MySQL), or a name (PostgreSQL and standard SQL).
enum class DoubleQuotes
{
    literal,
    name
};

/// Whether a statement names a password: a word that contains PASSWORD, PASSWD or PASSPHRASE, or that is or ends with
/// PWD; or IDENTIFIED. Values bound to such a statement are secret, even if the statement itself contains none.
/// Examines words only, also inside comments and quotes. Linear time.
bool namesPassword(Bytes sql);

/// Whether a statement may contain a secret in clear text and so must not be shown. True if it names a password and
/// contains any literal, or assigns anything except a placeholder to it; for IDENTIFIED; SET PASSWORD; CONNECTION
/// '...'; or a URL with a password. Rather withholds too much than too little. Linear time.
bool mayHoldPassword(Bytes sql, DoubleQuotes quotes = DoubleQuotes::literal);

/// The part of such a statement that may be shown: its first words and "<withheld>".
std::string withheldForm(Bytes sql);

} // namespace proximux::sql
