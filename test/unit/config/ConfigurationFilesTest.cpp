#include "unit/config/LoadingFixture.h"

#include <filesystem>
#include <set>

namespace proximux
{

/// What a file may contain, and which mistakes are found in it.
class ConfigurationFilesTest : public LoadingFixture
{
};

TEST(ConfigurationFilesTest, saysWhatIsWrongWithAnIniFile)
{
    assertMistake(fromFile(".ini", "# comment\n"), ", line 1: '#' does not start a comment; expected ';'");
    assertMistake(fromFile(".ini", "[local\n"), ", line 1: incomplete section name; expected [section]");
    assertMistake(fromFile(".ini", "\nport\n"), ", line 2: 'port': expected key = value");
    assertMistake(fromFile(".ini", "[local]\nport=1\nport=2\n"), ", line 3: local.port: given twice");
    assertMistake(fromFile(".ini", "port = 1\n"), "port (");
}

TEST(ConfigurationFilesTest, saysWhatIsWrongWithAJsonFile)
{
    assertMistake(fromFile(".json", "{\"local\": "), "invalid JSON");
    assertMistake(fromFile(".json", "[1]"), "expected an object");
    assertMistake(fromFile(".json", ""), "invalid JSON: ");
    assertMistake(fromFile(".json", R"({"local": {"host": "a", "port": 1,}})"), "invalid JSON after local.port: ");
    assertMistake(fromFile(".json", R"({"targets": [{"host": "a"}]})"), "the nearest known section is target");
    assertMistake(fromFile(".json", R"({"local": {"port": [1]}})"), "local.port (");
    assertMistake(fromFile(".json", R"({"local": {"port": {"a": 1}}})"), "local.port (");
    assertMistake(fromFile(".json", R"({"local": {"port": 1.5}})"), "local.port (");
    assertMistake(fromFile(".json", R"({"nowhere": {"port": 1}})"), "nowhere (");
    assertMistake(fromFile(".json", R"({"targetServers": ["a"]})"), "targetServers[0] (");
    assertMistake(fromFile(".json", R"({"target": [{"host": ["a"], "port": 1}]})"), "target[0].host (");
    assertMistake(fromFile(".json", R"({"target": {"host": "a"}})"), "target.host (");
}

TEST(ConfigurationFilesTest, refusesWhatAJsonFileGivesTwice)
{
    const std::vector<std::pair<const char*, const char*>> twice{
        {R"({"access": {"deny": ["10.0.0.0/8"]}, "access": {"allow": ["::1"]}})", "access ("},
        {R"({"access": {"deny": "10.0.0.0/8", "deny": "::1"}})", "access.deny ("},
        {R"({"access": {"deny": ["10.0.0.0/8"], "deny": ["::1"]}})", "access.deny ("},
        {R"({"localServerPort": 1, "localServerPort": 1})", "localServerPort ("},
        {R"({"access": null, "access": {"deny": "::1"}})", "access ("},
        {R"({"target": [{"host": "a", "port": 1, "port": 2}]})", "target[0].port ("},
        {R"({"target": [{"host": "a", "port": 1}, {"host": "a", "port": 1, "host": "b"}]})", "target[1].host ("},
        {R"({"x": {"y": [[{"z": {"w": 1, "w": 2}}]]}})", "x.y[0][0].z.w ("}};
    for (const auto& [text, path] : twice)
    {
        const LoadResult result = fromFile(".json", text);
        assertMistake(result, path);
        CPPUNIT_ASSERT_MESSAGE(all(result), all(result).find("): given twice") != std::string::npos);
    }
    good(fromFile(".json", R"({"local": {"port": 2, "host": "a"}, "exchange": {"mode": "proxy"},
            "target": [{"host": "a", "port": 1}, {"host": "a", "port": 1}]})"));
}

TEST(ConfigurationFilesTest, refusesASettingUnderTwoNamesInOneJsonFile)
{
    const std::vector<std::pair<const char*, const char*>> twice{
        {R"({"local": {"port": 1}, "localServerPort": 1})", "local.port"},
        {R"({"localServerPort": 1, "local.port": 2})", "local.port"},
        {R"({"local": {"port": 1}, "local.port": 2})", "local.port"},
        {R"({"access": {"deny": ["10.0.0.0/8"]}, "access.deny": ["::1"]})", "access.deny"},
        {R"({"target": [{"host": "a", "port": 1}], "targetServers": [{"host": "b", "port": 2}]})", "target"},
        {R"({"target": [{"host": "a", "port": 1}], "target.1.host": "b"})", "target.1.host"},
        {R"({"target": [{"host": "a", "port": 1, "keepAlive": 0, "keep_alive": 1}]})", "target[0].keepAlive"}};
    for (const auto& [text, path] : twice)
    {
        const LoadResult result = fromFile(".json", text);
        assertMistake(result, "given twice; it is also given as ");
        CPPUNIT_ASSERT_MESSAGE(all(result), all(result).find(path) != std::string::npos);
    }
    assertMistake(fromFile(".json", R"({"target": []})"), "target (");
}

TEST(ConfigurationFilesTest, takesAMarkOfTheEncodingAlikeInEachKindOfFile)
{
    const std::string mark = "\xEF\xBB\xBF";
    const std::string ini = "[local]\nport = 1\n[exchange]\nmode = proxy\n[target]\n1.host = a\n1.port = 1\n";
    const std::string json =
        R"({"local": {"port": 1}, "exchange": {"mode": "proxy"}, "target": [{"host": "a", "port": 1}]})";
    good(fromFile(".ini", mark + ini));
    good(fromFile(".json", mark + json));
    for (const char* ending : {".ini", ".json"})
        for (const char* other : {"\xFF\xFE", "\xFE\xFF"})
            assertMistake(fromFile(ending, other + ini), "encoded as UTF-16; expected UTF-8");
    assertMistake(fromFile(".ini", mark + mark + ini), "line 1");
    assertMistake(fromFile(".json", mark + mark + json), "invalid JSON");
}

TEST(ConfigurationFilesTest, readsAFileWithANameInAnyScript)
{
    const std::string ini = "[local]\nport = 1\n[exchange]\nmode = proxy\n[target]\n1.host = a\n1.port = 1\n";
    good(fromFile("\xC3\xA4\xE2\x82\xAC\xD0\x96.ini", ini)); // no code page has all three
}

TEST(ConfigurationFilesTest, saysWhichFileCannotBeRead)
{
    for (const char* path : {"/nonexistent/a.ini", "/nonexistent/a.json", "/tmp/a.conf"})
    {
        ConfigurationLoader loader;
        loader.addFile(path);
        assertMistake(loader.load(), std::string("--config ") + path);
    }
    const std::string folder = Poco::TemporaryFile::tempName() + ".ini";
    Poco::File(folder).createDirectory();
    _files.push_back(folder);
    ConfigurationLoader loader;
    loader.addFile(folder);
    assertMistake(loader.load(), "not a regular file");
}

TEST(ConfigurationFilesTest, reportsNothingAsMissingIfAFileCannotBeRead)
{
    for (const std::string& path : {std::string("/nonexistent/a.ini"), file(".json", "{"), file(".json", "[1]")})
    {
        ConfigurationLoader loader;
        loader.addFile(path);
        const LoadResult result = loader.load();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(all(result), std::size_t{1}, result.mistakes.size());
    }
}

TEST(ConfigurationFilesTest, acceptsTheExamples)
{
    const std::string examples = PROXIMUX_SOURCE_DIR "/etc/examples/";
    std::set<std::string> protocols;
    for (const auto& entry : std::filesystem::directory_iterator(examples))
    {
        if (entry.is_directory() || entry.path().extension() == ".env")
            continue;
        ConfigurationLoader loader;
        loader.addFile(entry.path().string());
        protocols.insert(good(loader.load()).exchange.protocol);
    }
    for (const char* name : {"mysql", "line", "length", "modbus", "modbus-rtu", "modbus-ascii", "iso8583", "scpi",
                             "mongodb", "kafka", "cassandra", "diameter", "resp", "http"})
        CPPUNIT_ASSERT_MESSAGE(name, protocols.count(name) > 0);
    Environment environment;
    std::ifstream stream(examples + "proxy.env");
    for (std::string line; std::getline(stream, line);)
        if (!line.empty() && line.front() != '#')
            environment[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
    good(fromEnvironment(environment));
}

} // namespace proximux
