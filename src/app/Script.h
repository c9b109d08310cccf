#pragma once

#include <proximux/Configuration.h>
#include <proximux/Events.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace proximux
{

/// A script cannot be used; the text tells the setting and what is wrong.
class ScriptMistake : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// What a script can do outside of itself.
class ScriptOutside
{
public:
    virtual ~ScriptOutside() = default;

    /// A record of the log.
    virtual void log(std::string_view text) noexcept = 0;

    /// A line of script.output.
    virtual void write(std::string_view text) noexcept = 0;
};

/// What a function of a script is called with. What it does not need is null.
struct ScriptCall
{
    /// The functions that a script may define.
    enum class Function
    {
        connected,    ///< client
        request,      ///< client, request
        response,     ///< client, request, response
        disconnected, ///< client, reason
    };
    static constexpr std::size_t FUNCTIONS = 4;

    Function function{};
    const ClientInfo* client = nullptr;
    const RequestArgs* request = nullptr;
    const ResponseInfo* response = nullptr;
    const std::string* reason = nullptr;
};

/// What came of a call.
struct ScriptResult
{
    std::optional<std::string> error;   ///< it failed, and why
    std::optional<std::string> refuses; ///< it returned false, and this reason
};

/// A program in Lua 5.4 that hears of clients and requests. It has no access to files, processes or the network; its
/// instructions in a call and its memory are limited. One thread at a time.
class Script
{
public:
    virtual ~Script() = default;

    /// Reads and runs a file, which defines the functions. outside must outlive it. Throws ScriptMistake if the file
    /// cannot be read, is invalid or fails, and where this program was built without Lua.
    static std::unique_ptr<Script> load(const ScriptSettings& settings, ScriptOutside& outside);

    [[nodiscard]] virtual bool has(ScriptCall::Function function) const = 0;

    /// Calls a function that it has. Throws nothing.
    virtual ScriptResult call(const ScriptCall& call) = 0;
};

} // namespace proximux
