#include "support/ClientsTls.h"
#include "support/Test.h"

#include <app/Script.h>

#include <Poco/FileStream.h>
#include <Poco/TemporaryFile.h>

#include <string>
#include <vector>

namespace proximux
{

/// What a script can do, and what it cannot.
class ScriptTest : public CppUnit::TestCase, private ScriptOutside
{
protected:
    using Function = ScriptCall::Function;

    std::unique_ptr<Script> load(const std::string& text)
    {
        Poco::FileOutputStream(_file.path()) << text;
        return open(_file.path());
    }

    std::unique_ptr<Script> open(const std::string& path)
    {
        _settings.file = path;
        return Script::load(_settings, *this);
    }

    /// Why the script cannot be used, without the file's name.
    std::string mistakeOf(const std::string& text)
    {
        try
        {
            load(text);
        }
        catch (const ScriptMistake& mistake)
        {
            const std::string known = mistake.what();
            return known.substr(known.rfind(".lua") == std::string::npos ? 0 : known.find(": ") + 2);
        }
        return "";
    }

    ScriptResult connect(Script& script) const
    {
        CPPUNIT_ASSERT(script.has(Function::connected));
        return script.call({Function::connected, &_client, nullptr, nullptr, nullptr});
    }

    /// The error of a function that does this.
    std::string errorOf(const std::string& body)
    {
        return connect(*load("function connected(client) " + body + " end")).error.value_or("");
    }

    void assertContains(const std::string& part, const std::string& text)
    {
        CPPUNIT_ASSERT_MESSAGE(text, text.find(part) != std::string::npos);
    }

    ScriptSettings _settings{"", "", 100000, 1U << 20U};
    const ClientInfo _client{"127.0.0.1", 80, 7};
    std::vector<std::string> _logged;
    std::vector<std::string> _written;

private:
    void log(std::string_view text) noexcept override { _logged.emplace_back(text); }
    void write(std::string_view text) noexcept override { _written.emplace_back(text); }

    Poco::TemporaryFile _file;
};

TEST(ScriptTest, refusesAClientWithItsReason)
{
    const auto script = load("function connected(client)\n"
                             "  if client.address == '127.0.0.1' and client.port == 80 and client.id == 7 then\n"
                             "    return false, 'not you'\n"
                             "  end\n"
                             "end");
    CPPUNIT_ASSERT_EQUAL(std::string("not you"), connect(*script).refuses.value_or(""));
    CPPUNIT_ASSERT(connect(*load("function connected() return false end")).refuses);
    for (const char* welcome : {"", "return true", "return nil, 'x'", "return 0"})
        CPPUNIT_ASSERT(!connect(*load(std::string("function connected() ") + welcome + " end")).refuses);
}

TEST(ScriptTest, knowsWhatAProxyHeaderTells)
{
    const auto script =
        load("function connected(client)\n"
             "  log(client.address .. ' ' .. tostring(client.via) .. ' ' .. tostring(client.unique_id) ..\n"
             "      ' ' .. tostring(client.certificate))\n"
             "end");
    ClientInfo announced = _client;
    announced.announced =
        std::make_shared<const Announcement>(Announcement{{"10.0.0.5", 1}, "id-1", "", "", "", "", ""});
    CPPUNIT_ASSERT(!script->call({Function::connected, &announced, nullptr, nullptr, nullptr}).error);
    CPPUNIT_ASSERT(!connect(*script).error);
    CPPUNIT_ASSERT((std::vector<std::string>{"127.0.0.1 10.0.0.5 id-1 nil", "127.0.0.1 nil nil nil"}) == _logged);
}

TEST(ScriptTest, isToldWhatTlsTells)
{
    const auto script =
        load("function connected(client)\n"
             "  log(tostring(client.tls) .. ' ' .. tostring(client.authority) .. ' ' .. tostring(client.certificate))\n"
             "end");
    ClientInfo secured = _client;
    secured.announced = std::make_shared<const Announcement>(
        Announcement{{"10.0.0.5", 1}, "", "announced.test", "", "", "announced", ""});
    for (const auto& tls : {tlsOf("TLSv1.3", "asked.test", "web"), tlsOf("TLSv1.2", "", "")})
    {
        secured.tls = tls;
        CPPUNIT_ASSERT(!script->call({Function::connected, &secured, nullptr, nullptr, nullptr}).error);
    }
    CPPUNIT_ASSERT(!connect(*script).error);
    CPPUNIT_ASSERT((std::vector<std::string>{"TLSv1.3 asked.test web", "TLSv1.2 announced.test announced",
                                             "nil nil nil"}) == _logged);
}

TEST(ScriptTest, isToldOfRequestsAndResponses)
{
    const auto script =
        load("function request(client, r) log(r.text .. r.size .. r.bytes .. r.target) end\n"
             "function response(client, q, r)\n"
             "  write(q.text .. ' ' .. q.size .. ' ' .. r.size .. ' ' .. r.ms .. ' ' .. r.queueMs .. ' ' ..\n"
             "        tostring(r.failed) .. r.reason)\n"
             "end\n"
             "function disconnected(client, reason) write(reason) end");
    CPPUNIT_ASSERT(!script->has(Function::connected));
    const RequestArgs request{_client, 1, Bytes("a\0b", 3), 3, "text", {}};
    CPPUNIT_ASSERT(!script->call({Function::request, &_client, &request, nullptr, nullptr}).error);
    CPPUNIT_ASSERT_EQUAL(std::string("text3a\0b1", 9), _logged.at(0));
    const ResponseInfo response{_client, 1, "text", 3, 4, Duration{500}, Duration{1500}, true, Duration{250}, "why"};
    CPPUNIT_ASSERT(!script->call({Function::response, &_client, nullptr, &response, nullptr}).error);
    const std::string reason = "ended";
    CPPUNIT_ASSERT(!script->call({Function::disconnected, &_client, nullptr, nullptr, &reason}).error);
    const std::vector<std::string> expected{"text 3 4 1.5 0.25 truewhy", "ended"};
    CPPUNIT_ASSERT(expected == _written);
}

TEST(ScriptTest, keepsItsVariables)
{
    const auto script = load("local n = 0 function connected() n = n + 1 write(n) end");
    for (int i = 0; i < 3; ++i)
        connect(*script);
    CPPUNIT_ASSERT((std::vector<std::string>{"1", "2", "3"} == _written));
}

TEST(ScriptTest, anErrorIsToldWithItsPlaceAndHarmsNoLaterCall)
{
    const auto script = load("local n = 0\nfunction connected()\n n = n + 1\n if n == 1 then error('oh') end\n"
                             " if n == 2 then error({}) end\n return false, 'third' end");
    assertContains(":4: oh", connect(*script).error.value_or(""));
    CPPUNIT_ASSERT_EQUAL(std::string("an error that is not a text"), connect(*script).error.value_or(""));
    CPPUNIT_ASSERT_EQUAL(std::string("third"), connect(*script).refuses.value_or(""));
}

TEST(ScriptTest, aCallEndsAtItsInstructions)
{
    const std::string limit = "more than script.instructions = 100000 in one call";
    assertContains(limit, errorOf("while true do end"));
    assertContains(limit, errorOf("while true do pcall(function() while true do end end) end"));
    assertContains(
        limit, errorOf("local c <close> = setmetatable({}, {__close = function() while true do end end}) error('x')"));
    assertContains(limit, errorOf("table.sort({3, 1, 2, 5, 4}, function() while true do end end)"));
    assertContains(limit, mistakeOf("while true do end"));
    // each call has its own
    const auto script = load("function connected() for i = 1, 10000 do end end");
    for (int i = 0; i < 20; ++i)
        CPPUNIT_ASSERT(!connect(*script).error);
}

TEST(ScriptTest, aCallEndsAtItsMemory)
{
    assertContains("not enough memory", errorOf("local t = {} while true do t[#t + 1] = {} end"));
    assertContains("not enough memory", errorOf("local s = ('x'):rep(1 << 30)"));
    assertContains("not enough memory", errorOf("local s = 'x' while true do s = s .. s end"));
    const auto script = load("kept = {} function connected() for i = 1, 1000 do kept[#kept + 1] = {} end end");
    std::string error;
    for (int i = 0; i < 100 && error.empty(); ++i)
        error = connect(*script).error.value_or("");
    assertContains("not enough memory", error);
    CPPUNIT_ASSERT(connect(*script).error); // what it keeps stays
    _settings.memory = 1;
    assertContains("script.memory", mistakeOf(""));
    _settings.memory = 8192;
    assertContains("not enough memory", mistakeOf(""));
}

/// A deep recursion ends as an error, not the stack of the thread.
TEST(ScriptTest, recursionEndsInAnError)
{
    CPPUNIT_ASSERT(!errorOf("local function f() return 1 + f() end return f()").empty());
    CPPUNIT_ASSERT(!errorOf("local function f() return pcall(f) end local t = setmetatable({}, {__index = "
                            "function(t, k) return t[k + 1] end}) return t[1]")
                        .empty());
}

TEST(ScriptTest, reachesNothingOutside)
{
    for (const char* name : {"io", "os", "require", "package", "debug", "dofile", "loadfile", "load", "loadstring",
                             "coroutine", "xpcall", "collectgarbage", "string.dump"})
        CPPUNIT_ASSERT_EQUAL(std::string(), errorOf(std::string("if ") + name + " ~= nil then error('there') end"));
    assertContains("__gc is not available", errorOf("setmetatable({}, {__gc = function() end})"));
    CPPUNIT_ASSERT_EQUAL(std::string(), errorOf("local t = setmetatable({}, {__index = {a = 1}}) assert(t.a == 1)"));
    CPPUNIT_ASSERT_EQUAL(std::string(),
                         errorOf("assert(time() > 1e9 and ('x'):upper() == 'X' and math.max(1, 2) == 2)"));
}

TEST(ScriptTest, whatCannotBeUsedIsTold)
{
    assertContains("expected", mistakeOf("function connected("));
    assertContains("binary", mistakeOf("\x1bLua"));
    assertContains("connected is a number; expected a function", mistakeOf("connected = 1"));
    assertContains(":1: at once", mistakeOf("error('at once')"));
    CPPUNIT_ASSERT_THROW(open("/nowhere/x.lua"), ScriptMistake);
}

} // namespace proximux
