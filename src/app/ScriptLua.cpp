#include <app/Script.h>

#include <proximux/system/SystemError.h>

#include <Poco/Exception.h>
#include <Poco/FileStream.h>
#include <Poco/Path.h>
#include <Poco/StreamCopier.h>
#include <Poco/Timestamp.h>

#include <lua.hpp>

#include <array>
#include <cstdlib>

// Lua leaves its functions by longjmp(): what may do so holds no object with a destructor. Each entry into Lua is a
// protected call, since even a table that is built may exceed the memory.

namespace proximux
{

namespace
{

constexpr const char* FUNCTION_NAMES[ScriptCall::FUNCTIONS] = {"connected", "request", "response", "disconnected"};
constexpr std::size_t LARGEST = 1U << 20U; ///< bytes of a script

/// Counts the memory of a script, and refuses more than its limit.
struct Memory
{
    std::size_t limit;
    std::size_t used = 0;

    static void* allocate(void* self, void* old, std::size_t oldSize, std::size_t size)
    {
        Memory& memory = *static_cast<Memory*>(self);
        const std::size_t before = old != nullptr ? oldSize : 0; // else it tells of a type
        if (size > before && size - before > memory.limit - memory.used)
            return nullptr;
        void* given = nullptr;
        if (size == 0)
            std::free(old);
        else if ((given = std::realloc(old, size)) == nullptr)
            return nullptr;
        memory.used = memory.used - before + size;
        return given;
    }
};

class LuaScript : public Script
{
public:
    LuaScript(const ScriptSettings& settings, ScriptOutside& outside)
        : _instructions(settings.instructions)
        , _outside(outside)
        , _memory{settings.memory}
        , _lua(lua_newstate(&Memory::allocate, &_memory), &lua_close)
    {
        if (_lua == nullptr)
            throw ScriptMistake("script.memory is too small for any script");
        *static_cast<LuaScript**>(lua_getextraspace(_lua.get())) = this;
    }

    /// Returns what is wrong, or an empty text. name: for messages.
    std::string run(const std::string& text, const std::string& name)
    {
        lua_State* lua = _lua.get();
        lua_pushcfunction(lua, &open);
        if (lua_pcall(lua, 0, 0, 0) != LUA_OK ||
            luaL_loadbufferx(lua, text.data(), text.size(), name.c_str(), "t") != LUA_OK)
            return takeError();
        if (limited(0) != LUA_OK)
            return takeError();
        lua_settop(lua, 0);
        lua_pushcfunction(lua, &find);
        return lua_pcall(lua, 0, 0, 0) == LUA_OK ? "" : takeError();
    }

    [[nodiscard]] bool has(ScriptCall::Function function) const override
    {
        return _functions[indexOf(function)] != LUA_NOREF;
    }

    ScriptResult call(const ScriptCall& call) override
    {
        lua_State* lua = _lua.get();
        lua_pushcfunction(lua, &enter);
        lua_pushlightuserdata(lua, const_cast<ScriptCall*>(&call)); // which is only read
        if (limited(1) != LUA_OK)
            return {takeError(), std::nullopt};
        ScriptResult result;
        if (lua_isboolean(lua, 1) && lua_toboolean(lua, 1) == 0)
            result.refuses = textAt(2, "refused by the script");
        lua_settop(lua, 0);
        return result;
    }

private:
    static std::size_t indexOf(ScriptCall::Function function) { return static_cast<std::size_t>(function); }
    static LuaScript& of(lua_State* lua) { return **static_cast<LuaScript**>(lua_getextraspace(lua)); }

    /// Calls the function below its arguments, as many instructions as are allowed. Two results.
    int limited(int arguments)
    {
        lua_State* lua = _lua.get();
        lua_sethook(lua, &tooLong, LUA_MASKCOUNT, _instructions);
        const int status = lua_pcall(lua, arguments, 2, 0);
        lua_sethook(lua, nullptr, 0, 0);
        return status;
    }

    /// A script that catches the error fails at its next instruction.
    static void tooLong(lua_State* lua, lua_Debug*)
    {
        lua_sethook(lua, &tooLong, LUA_MASKCOUNT, 1);
        luaL_error(lua, "more than script.instructions = %d in one call", of(lua)._instructions);
    }

    /// A string at this place of the stack; converts nothing, which could fail.
    [[nodiscard]] std::string textAt(int place, const char* otherwise) const
    {
        std::size_t size = 0;
        const char* text =
            lua_type(_lua.get(), place) == LUA_TSTRING ? lua_tolstring(_lua.get(), place, &size) : nullptr;
        return text != nullptr ? std::string(text, size) : otherwise;
    }

    std::string takeError()
    {
        std::string text = textAt(-1, "an error that is not a text");
        lua_settop(_lua.get(), 0);
        return text;
    }

    // ---- what may be left by longjmp()

    /// Offers the libraries that reach nothing outside, and our own functions.
    static int open(lua_State* lua)
    {
        constexpr luaL_Reg LIBRARIES[] = {{LUA_GNAME, luaopen_base},
                                          {LUA_STRLIBNAME, luaopen_string},
                                          {LUA_TABLIBNAME, luaopen_table},
                                          {LUA_MATHLIBNAME, luaopen_math},
                                          {LUA_UTF8LIBNAME, luaopen_utf8}};
        for (const luaL_Reg& library : LIBRARIES)
            luaL_requiref(lua, library.name, library.func, 1);
        // what reads files, runs bytecode, or escapes the limit of instructions, as the handler of xpcall does
        for (const char* name : {"dofile", "loadfile", "load", "collectgarbage", "warn", "xpcall"})
            forget(lua, name);
        lua_getglobal(lua, LUA_STRLIBNAME);
        lua_pushnil(lua);
        lua_setfield(lua, -2, "dump");
        lua_getglobal(lua, "setmetatable");
        lua_pushcclosure(lua, &setMetatable, 1);
        lua_setglobal(lua, "setmetatable");
        lua_register(lua, "log", &log);
        lua_register(lua, "print", &log);
        lua_register(lua, "write", &write);
        lua_register(lua, "time", &time);
        return 0;
    }

    static void forget(lua_State* lua, const char* global)
    {
        lua_pushnil(lua);
        lua_setglobal(lua, global);
    }

    /// Finalizers run without a limit of instructions.
    static int setMetatable(lua_State* lua)
    {
        luaL_checkany(lua, 2);
        lua_settop(lua, 2);
        if (lua_istable(lua, 2))
        {
            lua_pushliteral(lua, "__gc");
            if (lua_rawget(lua, 2) != LUA_TNIL)
                return luaL_error(lua, "__gc is not available");
            lua_pop(lua, 1);
        }
        lua_pushvalue(lua, lua_upvalueindex(1));
        lua_insert(lua, 1);
        lua_call(lua, 2, 1);
        return 1;
    }

    static int log(lua_State* lua)
    {
        std::size_t size = 0;
        const char* text = luaL_tolstring(lua, 1, &size);
        of(lua)._outside.log({text, size});
        return 0;
    }

    static int write(lua_State* lua)
    {
        std::size_t size = 0;
        const char* text = luaL_tolstring(lua, 1, &size);
        of(lua)._outside.write({text, size});
        return 0;
    }

    /// Seconds since 1970.
    static int time(lua_State* lua)
    {
        lua_pushnumber(lua, static_cast<double>(Poco::Timestamp().epochMicroseconds()) / 1e6);
        return 1;
    }

    /// Remembers the functions that the script has defined.
    static int find(lua_State* lua)
    {
        for (std::size_t i = 0; i < ScriptCall::FUNCTIONS; ++i)
        {
            const int type = lua_getglobal(lua, FUNCTION_NAMES[i]);
            if (type != LUA_TFUNCTION && type != LUA_TNIL)
                return luaL_error(lua, "%s is a %s; expected a function", FUNCTION_NAMES[i], lua_typename(lua, type));
            if (type == LUA_TFUNCTION)
                of(lua)._functions[i] = luaL_ref(lua, LUA_REGISTRYINDEX);
        }
        return 0;
    }

    static int enter(lua_State* lua)
    {
        const ScriptCall& call = *static_cast<const ScriptCall*>(lua_touserdata(lua, 1));
        lua_settop(lua, 0);
        lua_rawgeti(lua, LUA_REGISTRYINDEX, of(lua)._functions[indexOf(call.function)]);
        pushClient(lua, *call.client);
        if (call.request != nullptr)
            pushRequest(lua, *call.request);
        if (call.response != nullptr)
            pushResponse(lua, *call.response);
        if (call.reason != nullptr)
            push(lua, *call.reason);
        lua_call(lua, lua_gettop(lua) - 1, 2);
        return 2;
    }

    static void push(lua_State* lua, std::string_view text) { lua_pushlstring(lua, text.data(), text.size()); }

    static void set(lua_State* lua, const char* name, std::string_view text)
    {
        push(lua, text);
        lua_setfield(lua, -2, name);
    }

    static void set(lua_State* lua, const char* name, std::uint64_t number)
    {
        lua_pushinteger(lua, static_cast<lua_Integer>(number));
        lua_setfield(lua, -2, name);
    }

    static void set(lua_State* lua, const char* name, Duration duration)
    {
        lua_pushnumber(lua, static_cast<double>(duration.us) / 1000.0);
        lua_setfield(lua, -2, name);
    }

    static void setAnnounced(lua_State* lua, const Announcement& told)
    {
        set(lua, "via", told.via.host);
        for (const auto& [name, value] :
             {std::pair("unique_id", &told.uniqueId), std::pair("authority", &told.authority),
              std::pair("certificate", &told.certificateName)})
            if (!value->empty())
                set(lua, name, *value);
    }

    /// What is known from TLS replaces what a header tells.
    static void setTls(lua_State* lua, const ClientTls& tls)
    {
        set(lua, "tls", tls.version);
        for (const auto& [name, value] : {std::pair("authority", &tls.serverName), std::pair("certificate", &tls.name)})
            if (!value->empty())
                set(lua, name, *value);
    }

    static void pushClient(lua_State* lua, const ClientInfo& client)
    {
        lua_createtable(lua, 0, 3);
        set(lua, "address", client.address);
        set(lua, "port", client.port);
        set(lua, "id", client.number);
        if (client.process)
        {
            set(lua, "uid", std::uint64_t{client.process->uid});
            set(lua, "pid", static_cast<std::uint64_t>(client.process->pid));
        }
        if (client.announced)
            setAnnounced(lua, *client.announced);
        if (client.tls)
            setTls(lua, *client.tls);
    }

    /// What is known of a request before and behind its response.
    static void pushAsked(lua_State* lua, std::size_t target, Bytes text, std::uint64_t size)
    {
        lua_createtable(lua, 0, 4);
        set(lua, "target", std::uint64_t{target});
        set(lua, "text", text);
        set(lua, "size", size);
    }

    static void pushRequest(lua_State* lua, const RequestArgs& request)
    {
        pushAsked(lua, request.target, request.text, request.size);
        set(lua, "bytes", request.bytes);
    }

    /// Behind its request.
    static void pushResponse(lua_State* lua, const ResponseInfo& response)
    {
        pushAsked(lua, response.target, response.text, response.requestSize);
        lua_createtable(lua, 0, 6);
        set(lua, "size", response.responseSize);
        set(lua, "queueMs", response.queued);
        set(lua, "firstByteMs", response.firstByte);
        set(lua, "ms", response.whole);
        set(lua, "reason", std::string_view(response.reason));
        lua_pushboolean(lua, response.failed ? 1 : 0);
        lua_setfield(lua, -2, "failed");
    }

    const int _instructions;
    ScriptOutside& _outside;
    Memory _memory;
    std::array<int, ScriptCall::FUNCTIONS> _functions{LUA_NOREF, LUA_NOREF, LUA_NOREF, LUA_NOREF};
    std::unique_ptr<lua_State, void (*)(lua_State*)> _lua; ///< uses the memory
};

std::string read(const std::string& path)
{
    try
    {
        std::string text;
        Poco::FileInputStream file(path);
        Poco::StreamCopier::copyToString(file, text);
        if (text.size() > LARGEST)
            throw ScriptMistake("script.file = " + path + ": larger than 1 MB");
        return text;
    }
    catch (const Poco::FileException& exception)
    {
        throw ScriptMistake("script.file = " + path + ": cannot be read: " + systemerror::reason(exception));
    }
}

} // namespace

std::unique_ptr<Script> Script::load(const ScriptSettings& settings, ScriptOutside& outside)
{
    const std::string text = read(settings.file);
    auto script = std::make_unique<LuaScript>(settings, outside);
    const std::string wrong = script->run(text, "@" + Poco::Path(settings.file).getFileName());
    if (!wrong.empty())
        throw ScriptMistake("script.file = " + settings.file + ": " + wrong);
    return script;
}

} // namespace proximux
