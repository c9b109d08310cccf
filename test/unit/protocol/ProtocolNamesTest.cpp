#include "support/Test.h"

#include <SourceDir.h>

#include <proximux/config/Settings.h>
#include <proximux/protocol/Registry.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using namespace proximux;

namespace
{

using Words = std::set<std::string>;

const fs::path ROOT = PROXIMUX_SOURCE_DIR;
const char* const PROTOCOLS = "src/proximux/protocol";

/// Files whose texts may mention protocols: the summaries and details of the table of settings, and the examples of the
/// command line's help.
bool hasProse(const std::string& file)
{
    return file.compare(0, 28, "src/proximux/config/Settings") == 0 || file == "src/app/CommandLine.cpp";
}

/// The names of protocols. The name auto is none: it chooses one, and many settings have a value of that name.
Words names()
{
    Words found;
    for (const ProtocolInfo& each : protocols())
        if (each.name != AUTO)
            found.emplace(each.name);
    return found;
}

/// Those that have a folder of their own. The others are words of English, such as line.
Words properNames()
{
    Words found;
    for (const std::string& name : names())
        if (fs::is_directory(ROOT / PROTOCOLS / name))
            found.insert(name);
    return found;
}

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// "http_connect" as "httpconnect", the field of a setting or its type in lower case.
Words fieldsOfSettings()
{
    Words found;
    for (const Setting& setting : settings())
    {
        std::string field = setting.key.substr(setting.key.rfind('.') + 1);
        field.erase(std::remove(field.begin(), field.end(), '_'), field.end());
        found.insert(field);
    }
    return found;
}

/// Whether one of the words in it, as "respLogin" and "a RESP command" have them, is in the set.
bool hasWord(const std::string& text, const Words& words)
{
    std::string word;
    for (std::size_t i = 0; i < text.size(); ++i)
    {
        const auto is = [&text](int (*kind)(int), std::size_t at)
        { return at < text.size() && kind(static_cast<unsigned char>(text[at])) != 0; };
        const bool begins = is(std::isupper, i) && (!is(std::isupper, i - 1) || is(std::islower, i + 1));
        if ((begins || !is(std::isalpha, i)) && words.count(lower(word)) > 0)
            return true;
        if (begins || !is(std::isalpha, i))
            word.clear();
        if (is(std::isalpha, i))
            word += text[i];
    }
    return words.count(lower(word)) > 0;
}

/// The admin port is itself a server of this protocol.
bool isServer(const std::string& file)
{
    return file.compare(0, 19, "src/proximux/admin/") == 0;
}

bool isForbiddenInclude(const std::string& directive)
{
    const std::string below = "proximux/protocol/";
    const std::size_t begin = directive.find(below);
    if (begin == std::string::npos)
        return false;
    const std::string rest = directive.substr(begin + below.size());
    return rest.find('/') != std::string::npos && rest.find("watch/") != 0; // the interface of all watchers
}

/// The text without the keys of settings, which may have a protocol's name in theirs.
std::string withoutKeys(std::string text)
{
    for (const Setting& setting : settings())
        for (std::size_t at = 0; (at = text.find(setting.key, at)) != std::string::npos;)
            text.erase(at, setting.key.size());
    return text;
}

bool isForbiddenText(const std::string& text, bool prose)
{
    static const Words NAMES = names();
    static const Words PROPER = properNames();
    return prose ? PROPER.count(text) > 0 : NAMES.count(text) > 0 || hasWord(withoutKeys(text), PROPER);
}

bool isForbiddenIdentifier(const std::string& identifier)
{
    static const Words PROPER = properNames();
    static const Words FIELDS = fieldsOfSettings();
    static const Words OF_OTHERS{"GEN_DNS"}; // OpenSSL's, of a host's name
    return hasWord(identifier, PROPER) && FIELDS.count(lower(identifier)) == 0 && OF_OTHERS.count(identifier) == 0;
}

bool isOfIdentifier(char c)
{
    return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
}

/// The comment, include, text, character, identifier or other character that begins here.
std::string tokenAt(const std::string& code, std::size_t begin)
{
    const char first = code[begin];
    const auto upTo = [&code, begin](const char* last)
    {
        const std::size_t end = code.find(last, begin + 1);
        return code.substr(begin, end == std::string::npos ? end : end + std::string(last).size() - begin);
    };
    if (code.compare(begin, 2, "/*") == 0)
        return upTo("*/");
    if (code.compare(begin, 2, "//") == 0 || code.compare(begin, 8, "#include") == 0)
        return upTo("\n");
    std::size_t end = begin + 1;
    if (first == '"' || first == '\'')
    {
        for (; end < code.size() && code[end] != first; ++end)
            end += code[end] == '\\' ? 1 : 0;
        ++end;
    }
    while (isOfIdentifier(first) && end < code.size() && isOfIdentifier(code[end]))
        ++end;
    return code.substr(begin, end - begin);
}

/// What code says of protocols: includes, texts and identifiers, but no comments.
std::vector<std::string> forbiddenIn(const std::string& code, bool prose)
{
    std::vector<std::string> found;
    for (std::size_t at = 0; at < code.size();)
    {
        const std::string token = tokenAt(code, at);
        at += token.size();
        bool forbidden = false;
        if (token.front() == '#')
            forbidden = isForbiddenInclude(token);
        else if (token.front() == '"')
            forbidden = isForbiddenText(token.substr(1, token.size() - 2), prose);
        else
            forbidden = isOfIdentifier(token.front()) && isForbiddenIdentifier(token);
        if (forbidden)
            found.push_back(token);
    }
    return found;
}

std::string contentOf(const fs::path& file)
{
    std::ifstream stream(file);
    CPPUNIT_ASSERT_MESSAGE(file.string() + " can't be read", stream.good());
    return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace

/// A protocol is a folder that says everything about itself: no other code names one.
class ProtocolNamesTest : public CppUnit::TestCase
{
};

TEST(ProtocolNamesTest, standInTheirFoldersOnly)
{
    std::ostringstream wrong;
    std::size_t files = 0;
    for (const char* folder : {"src", "include"})
        for (const auto& entry : fs::recursive_directory_iterator(ROOT / folder))
        {
            const std::string file = fs::relative(entry.path(), ROOT).generic_string();
            const std::string extension = entry.path().extension().string();
            if ((extension != ".h" && extension != ".cpp") || file.find(PROTOCOLS) == 0)
                continue;
            ++files;
            for (const std::string& token : forbiddenIn(contentOf(entry.path()), hasProse(file)))
                if (!isServer(file) || !hasWord(token, {"http"}))
                    wrong << file << ": " << token << "\n";
        }
    CPPUNIT_ASSERT(files > 100);
    CPPUNIT_ASSERT_EQUAL(std::string(), wrong.str());
}

TEST(ProtocolNamesTest, rulesTellForbiddenFromAllowed)
{
    for (const char* code :
         {"if (name == \"raw\")", "say(\"only with resp\");", "respLogin(x);", "class HttpReply;", "Kind::HTTP",
          "_mysql", "enum { http2 };", "#include <proximux/protocol/declared/Declared.h>", "x = \"a RESP command\";"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(code, std::size_t{1}, forbiddenIn(code, false).size());
    for (const char* code : {"// like \"raw\" and HttpReply", "/* resp */", "LineFramer line;", "exchange.httpConnect",
                             "HttpChunked x;", "#include <proximux/protocol/watch/Watcher.h>",
                             "key(\"exchange.http_connect\")", "'\"'", "\"auto\"", "response", "\"unresponsive\""})
        CPPUNIT_ASSERT_MESSAGE(code, forbiddenIn(code, false).empty());
    CPPUNIT_ASSERT(forbiddenIn("\"Allow it with http only.\"", true).empty());
    CPPUNIT_ASSERT(!forbiddenIn("{\"http\", \"Allow it\"}", true).empty());
    CPPUNIT_ASSERT(!forbiddenIn("HttpReply x;", true).empty());
}

TEST(ProtocolNamesTest, settingsOfProtocolsAreInTheTable)
{
    Words keys;
    for (const Setting& setting : settings())
        keys.insert(setting.key);
    for (const ProtocolInfo& each : protocols())
    {
        for (const std::string_view key : each.settings)
            CPPUNIT_ASSERT_MESSAGE(std::string(key), keys.count(std::string(key)) > 0);
        CPPUNIT_ASSERT(each.required.key.empty() || each.uses(each.required.key));
    }
}
