#pragma once

#include <proximux/Bytes.h>

#include <algorithm>
#include <cstddef>
#include <optional>

namespace proximux::http
{

constexpr const char* BAD_LINE =
    "an HTTP head containing a control character or a line that does not end in CRLF (RFC 9112 section 2.2)";
constexpr const char* NO_NAME = "an invalid HTTP field name (RFC 9112 section 5.1)";

bool isTokenChar(char c);
bool isToken(Bytes text);
char lower(char c);

/// Compares case-insensitively; b must be lower case.
bool sameText(Bytes a, Bytes b);

/// Without spaces and tabs at its ends.
Bytes trimmed(Bytes text);

/// Whether it contains no control character but tabs.
bool isClean(Bytes line);

/// One line of a complete head, without CRLF; moves `at` after it. Returns nothing if the line is malformed.
std::optional<Bytes> lineAt(Bytes head, std::size_t& at);

/// Why this line of a head or trailer has no field, or null; its name is not judged.
const char* judgeField(Bytes line);

/// Calls `call` with each element of a comma-separated list.
template <class F>
void eachElement(Bytes list, F call)
{
    while (!list.empty())
    {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (const Bytes element = trimmed(list.substr(0, comma)); !element.empty())
            call(element);
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
}

} // namespace proximux::http
