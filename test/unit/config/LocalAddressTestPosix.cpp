#include "unit/config/LoadingFixture.h"

#include <app/CommandLine.h>

namespace proximux
{

/// UNIX sockets in a configuration.
class LocalAddressTest : public LoadingFixture
{
protected:
    /// With another address than that of least().
    static LoadResult listening(const Environment& address)
    {
        Environment environment = least();
        environment.erase("LOCAL_PORT");
        environment.insert(address.begin(), address.end());
        return fromEnvironment(environment);
    }

    static LoadResult passed(const std::string& path, const Environment& address)
    {
        Environment environment = least();
        environment.erase("LOCAL_PORT");
        environment.insert(address.begin(), address.end());
        ConfigurationLoader loader;
        loader.addEnvironment(environment);
        loader.addPassedSocket({"", 0, path});
        return loader.load();
    }

    static std::string notices(const LoadResult& result)
    {
        std::string text;
        for (const std::string& notice : result.notices)
            text += notice + "\n";
        return text;
    }
};

TEST(LocalAddressTest, aPathTakesThePlaceOfHostAndPort)
{
    const LoadResult result = listening({{"PROXIMUX_LOCAL_PATH", "/run/a b.sock"}});
    CPPUNIT_ASSERT_EQUAL(std::string("unix:/run/a b.sock"), good(result).local.endpoint.toString());
    CPPUNIT_ASSERT_EQUAL(0660U, good(result).local.pathMode);
    assertMistake(listening({{"PROXIMUX_LOCAL_PATH", ""}}), "missing");
}

TEST(LocalAddressTest, theCommandLineTakesPaths)
{
    const LoadResult result =
        CommandLine({"--listen", "unix:/run/a", "--target", "unix:/run/b", "-t", "c:1", "--mode", "proxy"})
            .load(Environment());
    CPPUNIT_ASSERT(good(result).local.endpoint == (Endpoint{"localhost", 0, "/run/a"}));
    CPPUNIT_ASSERT(good(result).targets.at(0).endpoint == (Endpoint{"", 0, "/run/b"}));
    CPPUNIT_ASSERT(good(result).targets.at(1).endpoint == (Endpoint{"c", 1}));
}

TEST(LocalAddressTest, ofTwoLayersTheHigherDecides)
{
    const auto over = [this](const std::string& lower, const std::string& listen)
    {
        ConfigurationLoader loader;
        loader.addFile(file(".ini", "[local]\n" + lower + "\n[target]\n1.host = db\n1.port = 1\n"));
        loader.addCommandLine(listen.front() == '/' ? "local.path" : "local.port", listen, "--listen");
        return good(loader.load()).local.endpoint.toString();
    };
    CPPUNIT_ASSERT_EQUAL(std::string("unix:/run/b"), over("port = 80\nhost = 127.0.0.1", "/run/b"));
    CPPUNIT_ASSERT_EQUAL(std::string("localhost:80"), over("path = /run/a", "80"));
    CPPUNIT_ASSERT_EQUAL(std::string("unix:/run/b"), over("path = /run/a", "/run/b"));
}

TEST(LocalAddressTest, bothOfOneLayerAreAMistake)
{
    assertMistake(listening({{"PROXIMUX_LOCAL_PATH", "/a"}, {"LOCAL_PORT", "1"}}),
                  "local.path = /a (environment PROXIMUX_LOCAL_PATH): local.port is set, too; expected one of the two");
    assertMistake(listening({{"PROXIMUX_LOCAL_PATH", "/a"}, {"LOCAL_HOST", "127.0.0.1"}}), "local.host is set, too");
    assertMistake(with("PROXIMUX_TARGET_1_PATH", "/a"),
                  "target.1.path = /a (environment PROXIMUX_TARGET_1_PATH): target.1.host is set, too");
}

TEST(LocalAddressTest, aPathIsAbsoluteAndShortEnough)
{
    const std::string longest = "/" + std::string(106, 'x');
    CPPUNIT_ASSERT_EQUAL(longest, good(listening({{"PROXIMUX_LOCAL_PATH", longest}})).local.endpoint.path);
    assertMistake(listening({{"PROXIMUX_LOCAL_PATH", longest + "x"}}), "the path is longer than 107 bytes");
    assertMistake(listening({{"PROXIMUX_LOCAL_PATH", "a/b"}}), "not an absolute path; expected an absolute path of");
    assertMistake(listening({{"PROXIMUX_LOCAL_PATH", "/a\nb"}}), "contains a control character");
    assertMistake(listening({{"PROXIMUX_LOCAL_PATH", "@"}}), "not an absolute path");
    assertMistake(listening({{"PROXIMUX_LOCAL_PATH", "/a"}, {"PROXIMUX_LOCAL_PATH_MODE", "0888"}}), "local.path_mode");
}

TEST(LocalAddressTest, usersNeedASocketThatTellsThem)
{
    CPPUNIT_ASSERT(notices(with("PROXIMUX_ACCESS_UIDS", "0"))
                       .find("access.uids (environment PROXIMUX_ACCESS_UIDS): no "
                             "effect with local.port") != std::string::npos);
    for (const char* wrong : {"root", "-1", "0,,1", "4294967295", ""})
        assertMistake(listening({{"PROXIMUX_LOCAL_PATH", "/a"}, {"PROXIMUX_ACCESS_UIDS", wrong}}), "access.uids");
}

TEST(LocalAddressTest, saysWhatHasNoEffect)
{
    const std::string said = notices(listening({{"PROXIMUX_LOCAL_PATH", "/a"},
                                                {"PROXIMUX_ACCESS_ALLOW", "10.0.0.0/8"},
                                                {"PROXIMUX_LOCAL_KEEP_ALIVE", "off"}}));
    for (const char* key : {"access.allow", "local.keep_alive"})
        CPPUNIT_ASSERT_MESSAGE(said, said.find(key) != std::string::npos);
    CPPUNIT_ASSERT(said.find("no effect with local.path; it applies to TCP") != std::string::npos);
    CPPUNIT_ASSERT(notices(with("PROXIMUX_LOCAL_PATH_MODE", "0600")).find("it applies to local.path") !=
                   std::string::npos);
}

TEST(LocalAddressTest, theProxyIsNoTargetOfItself)
{
    Environment environment = least();
    for (const char* name : {"LOCAL_PORT", "TARGET_HOST_1", "TARGET_PORT_1"})
        environment.erase(name);
    environment.insert({{"PROXIMUX_LOCAL_PATH", "/a"}, {"PROXIMUX_TARGET_1_PATH", "/a"}});
    assertMistake(fromEnvironment(environment),
                  "target.1: Proximux itself listens on unix:/a; expected another address");
    environment["PROXIMUX_TARGET_1_PATH"] = "/b";
    good(fromEnvironment(environment));
}

TEST(LocalAddressTest, aPassedSocketNeedsNoAddress)
{
    CPPUNIT_ASSERT_EQUAL(std::string("unix:/run/a"), good(passed("/run/a", {})).local.endpoint.toString());
    good(passed("/run/a", {{"PROXIMUX_LOCAL_PATH", "/run/a"}}));
    good(passed("/run/a", {{"LOCAL_PORT", "0"}}));
    assertMistake(passed("/run/a", {{"PROXIMUX_LOCAL_PATH", "/run/b"}}),
                  "local.path = /run/b (environment PROXIMUX_LOCAL_PATH): the socket of the service manager listens on "
                  "/run/a; expected the same, or no value");
    assertMistake(passed("/run/a", {{"LOCAL_PORT", "80"}}), "the socket of the service manager listens on /run/a");
}

TEST(LocalAddressTest, aPassedTcpSocketContradictsAPath)
{
    Environment environment = least();
    environment.erase("LOCAL_PORT");
    environment["PROXIMUX_LOCAL_PATH"] = "/run/a";
    ConfigurationLoader loader;
    loader.addEnvironment(environment);
    loader.addPassedSocket({"127.0.0.1", 5025});
    assertMistake(loader.load(), "local.path = /run/a (environment PROXIMUX_LOCAL_PATH): the socket of the service "
                                 "manager listens on port 5025; expected the same, or no value");
}

} // namespace proximux
