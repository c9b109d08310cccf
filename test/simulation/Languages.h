#pragma once

#include <string>
#include <vector>

namespace proximux
{

/// A protocol, and what is often said in it, so that an input of few bytes gets somewhere.
struct Language
{
    const char* name;
    bool ids;
    std::vector<std::string> requests;
    std::vector<std::string> responses;
};

/// All that a Script may be in.
const std::vector<Language>& languages();

} // namespace proximux
