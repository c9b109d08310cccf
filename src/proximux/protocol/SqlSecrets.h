#pragma once

#include <proximux/wire/Bytes.h>

#include <string>

namespace proximux
{

/// Whether a statement may hold a password in clear text: where accounts, servers and replicas get theirs (IDENTIFIED,
/// SET PASSWORD, MASTER_PASSWORD =, OPTIONS (PASSWORD '...'), PASSWORD('...'), CONNECTION = '...'), or anything called
/// ...password is set to or compared with a literal. Looks at words only, inside of comments and quotes too: it rather
/// withholds too much. Linear.
bool mayHoldPassword(Bytes sql);

/// What may be shown of such a statement: its first words and "<withheld>".
std::string withheldForm(Bytes sql);

} // namespace proximux
