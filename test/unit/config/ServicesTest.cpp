#include "unit/config/LoadingFixture.h"

#include <Poco/Path.h>

namespace proximux
{

/// Several services in a process: where their settings come from, and what is wrong with them.
class ServicesTest : public LoadingFixture
{
protected:
    static constexpr const char* TARGET = "[target.1]\nhost = 10.0.0.7\nport = 502\n";

    /// A folder, and files in it.
    std::string folder(const std::map<std::string, std::string>& contents)
    {
        const std::string path = Poco::TemporaryFile::tempName();
        Poco::File(path).createDirectories();
        _files.push_back(path);
        for (const auto& [name, content] : contents)
            Poco::FileOutputStream(Poco::Path(path).append(name).toString()) << content;
        return path;
    }

    static std::string listening(int port, const std::string& host = "127.0.0.1")
    {
        return "[local]\nhost = " + host + "\nport = " + std::to_string(port) + "\n" + TARGET;
    }

    /// main: the content of an INI file, or empty.
    LoadResult services(const std::map<std::string, std::string>& contents, const std::string& main = "",
                        const Environment& environment = {})
    {
        ConfigurationLoader loader;
        loader.addEnvironment(environment);
        if (!main.empty())
            loader.addFile(Poco::Path(folder({{"main.ini", main}})).append("main.ini").toString());
        loader.addServices(folder(contents));
        return loader.load();
    }

    static std::string namesOf(const LoadResult& result)
    {
        CPPUNIT_ASSERT_MESSAGE(all(result), result.configuration != nullptr);
        std::string names;
        for (const LoadedService& service : result.services)
        {
            CPPUNIT_ASSERT_EQUAL(service.name, service.configuration->service);
            names += service.name + " ";
        }
        return names;
    }
};

TEST(ServicesTest, aServiceIsAFile)
{
    const LoadResult result =
        services({{"plc2.ini", listening(5002)},
                  {"plc1.ini", listening(5001)},
                  {"plc-3_x.json", R"({"local": {"port": 5003}, "target": [{"host": "10.0.0.9", "port": 502}]})"},
                  {".plc4.ini", "hidden"},
                  {"plc1.ini~", "of an editor"}},
                 "[log]\nlevel = 3\n[limits]\nmemory = 1G\n");
    CPPUNIT_ASSERT_EQUAL(std::string("plc-3_x plc1 plc2 "), namesOf(result));
    for (const LoadedService& service : result.services)
    {
        CPPUNIT_ASSERT_EQUAL(3, service.configuration->log.level); // what concerns the process is in each
        CPPUNIT_ASSERT(service.configuration->limits.memory > 0);
        for (const FoundValue& value : service.values)
            CPPUNIT_ASSERT_MESSAGE(value.setting->key, !value.setting->isOfProcess());
    }
    for (const FoundValue& value : result.values)
        CPPUNIT_ASSERT_MESSAGE(value.setting->key, value.setting->isOfProcess());
    CPPUNIT_ASSERT_EQUAL(std::uint16_t{5001}, result.services[1].configuration->local.endpoint.port);
}

TEST(ServicesTest, theMainFileMayHaveAServiceOfItsOwn)
{
    const LoadResult result = services({{"plc1.ini", listening(5001)}}, listening(5000));
    CPPUNIT_ASSERT_EQUAL(std::string("main plc1 "), namesOf(result));
    const LoadResult targetAlone = services({{"plc1.ini", listening(5001)}}, TARGET);
    assertMistake(targetAlone, "local.port (PROXIMUX_LOCAL_PORT, --listen): missing");
    assertMistake(services({{"main.ini", listening(5001)}}, listening(5000)),
                  "service main: given twice, by main.ini and by the main file");
}

TEST(ServicesTest, withoutServicesThereIsNoName)
{
    const LoadResult result = fromEnvironment(least());
    CPPUNIT_ASSERT_EQUAL(std::string(), good(result).service);
    CPPUNIT_ASSERT(result.services.empty());
}

TEST(ServicesTest, theSystemsFolderIsBesideItsFile)
{
    const std::string folder = ConfigurationLoader::systemServices();
    CPPUNIT_ASSERT_EQUAL(std::string("services.d"), Poco::Path(folder).getFileName());
    CPPUNIT_ASSERT_EQUAL(Poco::Path(ConfigurationLoader::systemFile()).parent().toString(),
                         Poco::Path(folder).parent().toString());
}

TEST(ServicesTest, jsonHasThemInside)
{
    const LoadResult result = fromFile(".json", R"({"log": {"level": 1}, "services": {
        "plc1": {"local": {"port": 5001}, "target": [{"host": "10.0.0.7", "port": 502}]},
        "plc2": {"localServerPort": 5002, "targetServers": [{"host": "10.0.0.8", "port": 502}]}}})");
    CPPUNIT_ASSERT_EQUAL(std::string("plc1 plc2 "), namesOf(result));
    const LoadResult wrong = fromFile(".json", R"({"services": {
        "plc1": {"local": {"port": 70000}, "target": [{"host": "10.0.0.7", "port": 502}]}, "plc2": 7, "Plc": {}}})");
    assertMistake(wrong, ".json: services.plc1: local.port = 70000: ");
    assertMistake(wrong, "services.plc2 (");
    assertMistake(wrong, "services.Plc (");
    assertMistake(fromFile(".json", R"({"services": {}})"), "services (");
    assertMistake(fromFile(".json", R"({"services": {"a": {"services": {"b": {}}}}})"), "a service has no services");
}

TEST(ServicesTest, allMistakesOfAllFilesAreNamed)
{
    const LoadResult result = services({{"plc1.ini", "[local]\nport = 70000\n" + std::string(TARGET)},
                                        {"plc2.ini", "[local]\nprot = 1\n"},
                                        {"plc3.ini", "[local]\nport = 5003\n"},
                                        {"plc4.ini", "[log]\nlevel = 3\n" + listening(5004)},
                                        {"plc5.ini", "no value\n" + listening(5005)},
                                        {"Plc6.ini", listening(5006)},
                                        {"plc7.ini", "[exchange]\nmode = proxy\n" + listening(5007)}},
                                       "[log]\nlevel = 9\n[io]\nthreads = 0\n");
    assertMistake(result, "plc1.ini: local.port = 70000: ");
    assertMistake(result, "plc2.ini: local.prot: unknown; the nearest known setting is local.port\n");
    assertMistake(result, "plc3.ini: target.1.host: missing; expected ");
    assertMistake(result, "plc4.ini: log.level: concerns the whole process; expected it in the main file (--config)\n");
    assertMistake(result, "plc5.ini: line 1: 'no value'");
    assertMistake(result, "Plc6.ini: the service has no valid name; expected 1 to 64 of a-z, 0-9, - and _\n");
    assertMistake(result, "log.level = 9 (main.ini): ");
    CPPUNIT_ASSERT_EQUAL_MESSAGE(all(result), all(result).find("log.level = 9"), all(result).rfind("log.level = 9"));
    CPPUNIT_ASSERT_MESSAGE(all(result), all(result).find("plc7") == std::string::npos);
    CPPUNIT_ASSERT(result.services.empty());
}

TEST(ServicesTest, twoServicesOnOneAddressAreNamed)
{
    const std::string text = "plc2.ini: local.port = 5001: the service plc2 would listen on 127.0.0.1:5001, where the "
                             "service plc1 (plc1.ini) does; expected another address\n";
    assertMistake(services({{"plc1.ini", listening(5001)}, {"plc2.ini", listening(5001)}}), text);
    for (const char* other : {"localhost", "*", "0.0.0.0", "::", "10.0.0.5, 127.0.0.1"})
        assertMistake(services({{"plc1.ini", listening(5001)}, {"plc2.ini", listening(5001, other)}}),
                      "plc2.ini: local.port = 5001: ");
    namesOf(services({{"plc1.ini", listening(5001)}, {"plc2.ini", listening(5001, "127.0.0.2, ::1")}}));
    namesOf(services({{"plc1.ini", listening(5001, "0.0.0.0")}, {"plc2.ini", listening(5001, "::1")}}));
    namesOf(services({{"plc1.ini", listening(0)}, {"plc2.ini", listening(0)}})); // any free port
}

TEST(ServicesTest, whatConcernsOneServiceStandsInItsFile)
{
    assertMistake(
        services({{"plc1.ini", listening(5001)}}, "[exchange]\nprotocol = resp\n"),
        "exchange.protocol = resp (main.ini): concerns one service; expected it in the file of each service\n");
    const LoadResult result =
        services({{"plc1.ini", listening(5001)}}, "", {{"PROXIMUX_LOCAL_HOST", "0.0.0.0"}}); // as in a container
    CPPUNIT_ASSERT_EQUAL(std::string("plc1 "), namesOf(result));
    CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1"), result.configuration->local.endpoint.host);
    CPPUNIT_ASSERT_EQUAL(std::string("local.host = 0.0.0.0 (environment PROXIMUX_LOCAL_HOST): ignored; it concerns the "
                                     "service main, which has neither a port nor targets"),
                         result.notices.at(0));
}

TEST(ServicesTest, foldersAndFilesThatCannotBeRead)
{
    assertMistake(services({}), ": no service there; expected files ending in .ini or .json");
    ConfigurationLoader loader;
    loader.addServices("/nowhere/at/all");
    loader.addService("plc1", "/nowhere/plc1.ini");
    loader.addService("plc2", file(".ini", listening(5002)));
    loader.addService("plc2", file(".ini", listening(5003)));
    loader.addService("plc3", "plc3.conf");
    const LoadResult result = loader.load();
    assertMistake(result, "--services /nowhere/at/all: cannot be read: ");
    assertMistake(result, "plc1.ini: --service /nowhere/plc1.ini: no such file\n");
    assertMistake(result, "service plc2: given twice, by service plc2, ");
    assertMistake(result, "--service plc3=plc3.conf: unknown file type");
}

TEST(ServicesTest, aSocketOfTheServiceManagerIsForNoneOfThem)
{
    ConfigurationLoader loader;
    loader.addService("plc1", file(".ini", listening(5001)));
    loader.addPassedSocket({"127.0.0.1", 5000});
    assertMistake(loader.load(), "a socket of the service manager: services listen on addresses of their own");
}

TEST(ServicesTest, aNoticeNamesTheFile)
{
    const std::string proxy = "[exchange]\nmode = proxy\n[pool]\nmax_tied = 1\n";
    const LoadResult result = services({{"a.ini", listening(5001)}, {"b.ini", proxy + listening(5002)}});
    CPPUNIT_ASSERT_EQUAL(std::string("a b "), namesOf(result));
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, result.notices.size());
    CPPUNIT_ASSERT_EQUAL(std::string("a.ini: exchange.mode = auto: "), result.notices[0].substr(0, 29));
    CPPUNIT_ASSERT_EQUAL(std::string("b.ini: pool.max_tied: "), result.notices[1].substr(0, 22));
}

} // namespace proximux
