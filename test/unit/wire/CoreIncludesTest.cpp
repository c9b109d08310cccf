#include "support/Test.h"

#include <SourceDir.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace
{

/// What the core may include of the standard library. None of it knows a socket, a clock, a thread or a stream.
/// <mutex> is there for targets/Targets alone, which several reactors share, <atomic> for base/LiveValue alone.
const std::set<std::string> STANDARD = {"algorithm",   "array",         "atomic",        "bitset",
                                        "cassert",     "cctype",        "charconv",      "climits",
                                        "cstddef",     "cstdint",       "cstdlib",       "cstring",
                                        "deque",       "exception",     "functional",    "initializer_list",
                                        "iterator",    "limits",        "list",          "map",
                                        "memory",      "mutex",         "new",           "numeric",
                                        "optional",    "queue",         "random",        "set",
                                        "stdexcept",   "string",        "string_view",   "tuple",
                                        "type_traits", "unordered_map", "unordered_set", "utility",
                                        "variant",     "vector"};

/// Which modules of the core may use which.
const std::map<std::string, std::set<std::string>> MAY_USE = {
    {"auth", {"auth", "base"}},       {"base", {"base"}},
    {"wire", {"base", "wire"}},       {"protocol", {"auth", "base", "protocol", "wire"}},
    {"targets", {"base", "targets"}}, {"exchange", {"auth", "base", "exchange", "protocol", "targets", "wire"}},
};

/// The public headers that are plain values.
const std::set<std::string> VALUES = {"proximux/AddressRange.h", "proximux/AuthSettings.h", "proximux/Bytes.h",
                                      "proximux/ClientTls.h",    "proximux/CloseReason.h",  "proximux/Endpoint.h",
                                      "proximux/Framing.h",      "proximux/Id.h",           "proximux/Instant.h",
                                      "proximux/KeepAlive.h",    "proximux/Number.h",       "proximux/Pins.h"};

/// How the names of files end that are meant for one system; see cmake/ProximuxSystem.cmake.
const std::set<std::string> SYSTEMS = {"Posix.cpp", "Windows.cpp", "Linux.cpp", "Elsewhere.cpp"};

/// What tells systems apart. No file asks for it: the build chooses those of the system.
const std::set<std::string> QUESTIONS = {"_WIN32",   "_WIN64",   "__linux__", "__linux", "__APPLE__",
                                         "__unix__", "_MSC_VER", "__MINGW",   "POCO_OS"};

struct Include
{
    std::string file; ///< relative to src/
    std::string name; ///< what stands between the brackets or quotes
};

std::vector<Include> includesOf(const fs::path& root, const fs::path& file)
{
    std::vector<Include> includes;
    std::ifstream stream(file);
    CPPUNIT_ASSERT_MESSAGE(file.string() + " can't be read", stream.good());
    for (std::string line; std::getline(stream, line);)
    {
        std::string directive;
        for (const char c : line.substr(0, line.find_first_of("<\"")))
            if (c != ' ' && c != '\t')
                directive += c;
        const std::size_t begin = line.find_first_of("<\"");
        const std::size_t end = line.find_first_of(">\"", begin + 1);
        if (directive == "#include" && end != std::string::npos)
            includes.push_back({fs::relative(file, root).generic_string(), line.substr(begin + 1, end - begin - 1)});
    }
    return includes;
}

std::vector<Include> includesBelow(const std::string& folder)
{
    const fs::path root = fs::path(PROXIMUX_SOURCE_DIR) / "src";
    std::vector<Include> includes;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder))
    {
        const std::string extension = entry.path().extension().string();
        if (extension != ".h" && extension != ".cpp")
            continue;
        const std::vector<Include> more = includesOf(root, entry.path());
        includes.insert(includes.end(), more.begin(), more.end());
    }
    return includes;
}

bool startsWith(const std::string& text, const std::string& prefix)
{
    return text.compare(0, prefix.size(), prefix) == 0;
}

bool mayInclude(const std::string& module, const std::string& name)
{
    if (STANDARD.count(name) > 0 || VALUES.count(name) > 0)
        return true;
    for (const std::string& used : MAY_USE.at(module))
        if (startsWith(name, "proximux/" + used + "/"))
            return true;
    return false;
}

/// Headers of this project, of POCO, of Lua, and of the standard library, whose names have neither a dot nor a slash.
bool isPortable(const std::string& name)
{
    return startsWith(name, "proximux/") || startsWith(name, "app/") || startsWith(name, "Poco/") ||
           name == "lua.hpp" || name.find_first_of("./") == std::string::npos;
}

/// TLS is in few files of its own, another library of which could take the place of this one.
bool isOfTls(const Include& include)
{
    return startsWith(include.name, "openssl/") && (startsWith(include.file, "proximux/net/TlsOpenSsl") ||
                                                    startsWith(include.file, "proximux/system/TlsOpenSsl"));
}

bool endsWith(const std::string& text, const std::string& end)
{
    return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

bool isForOneSystem(const std::string& file)
{
    return std::any_of(SYSTEMS.begin(), SYSTEMS.end(),
                       [&file](const std::string& system) { return endsWith(file, system); });
}

/// The first line that asks which system it is; empty if there is none.
std::string questionIn(const fs::path& file)
{
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);)
        if (startsWith(line, "#") && startsWith(line.substr(line.find_first_not_of("# ")), "if"))
            for (const std::string& question : QUESTIONS)
                if (line.find(question) != std::string::npos)
                    return line;
    return {};
}

std::string listed(const std::vector<Include>& includes)
{
    std::ostringstream text;
    for (const Include& include : includes)
        text << include.file << " includes " << include.name << "; ";
    return text.str();
}

} // namespace

/// The layers of the house, as the includes draw them.
class CoreIncludesTest : public CppUnit::TestCase
{
};

TEST(CoreIncludesTest, coreKnowsNeitherPocoNorSocketsNorTime)
{
    std::vector<Include> forbidden;
    for (const auto& module : MAY_USE)
    {
        const std::vector<Include> includes = includesBelow("proximux/" + module.first);
        CPPUNIT_ASSERT_MESSAGE(module.first + " has no includes", !includes.empty());
        for (const Include& include : includes)
            if (!mayInclude(module.first, include.name))
                forbidden.push_back(include);
    }
    CPPUNIT_ASSERT_EQUAL(std::string(), listed(forbidden));
}

TEST(CoreIncludesTest, onlySystemFilesIncludeSystemHeaders)
{
    std::vector<Include> forbidden;
    for (const Include& include : includesBelow("."))
        if (!isForOneSystem(include.file) && !isPortable(include.name) && !isOfTls(include))
            forbidden.push_back(include);
    CPPUNIT_ASSERT_EQUAL(std::string(), listed(forbidden));
}

TEST(CoreIncludesTest, noFileAsksWhichSystemItIs)
{
    for (const char* folder : {"src", "include", "test"})
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(PROXIMUX_SOURCE_DIR) / folder))
            if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp")
                CPPUNIT_ASSERT_EQUAL_MESSAGE(entry.path().string(), std::string(), questionIn(entry.path()));
}

TEST(CoreIncludesTest, rulesTellForbiddenFromAllowed)
{
    for (const char* name : {"Poco/Logger.h", "chrono", "thread", "iostream", "sys/socket.h", "ctime"})
        CPPUNIT_ASSERT_MESSAGE(name, !mayInclude("exchange", name));
    CPPUNIT_ASSERT(!mayInclude("wire", "proximux/protocol/watch/Watcher.h"));
    CPPUNIT_ASSERT(!mayInclude("exchange", "proximux/Proxy.h"));
    CPPUNIT_ASSERT(mayInclude("exchange", "proximux/protocol/watch/Watcher.h"));
    for (const char* name : {"sys/epoll.h", "unistd.h", "netinet/tcp.h", "poll.h", "signal.h", "windows.h"})
        CPPUNIT_ASSERT_MESSAGE(name, !isPortable(name));
    CPPUNIT_ASSERT(isPortable("Poco/Net/Socket.h"));
    CPPUNIT_ASSERT(isForOneSystem("proximux/net/SocketsPosix.cpp"));
    CPPUNIT_ASSERT(!isForOneSystem("proximux/net/Connection.cpp"));
    CPPUNIT_ASSERT(isOfTls({"proximux/net/TlsOpenSslChannel.cpp", "openssl/ssl.h"}));
    CPPUNIT_ASSERT(!isOfTls({"proximux/net/Tls.h", "openssl/ssl.h"}));
}
