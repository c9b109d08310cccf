#include "unit/config/LoadingFixture.h"

namespace proximux
{

/// The configuration around a listening socket that was passed in.
class PassedSocketTest : public LoadingFixture
{
protected:
    /// As loaded with a socket on 127.0.0.1:5025.
    static LoadResult with(const Environment& more)
    {
        Environment environment = least();
        environment.erase("LOCAL_PORT");
        environment.insert(more.begin(), more.end());
        ConfigurationLoader loader;
        loader.addEnvironment(environment);
        loader.addPassedSocket({"127.0.0.1", 5025});
        return loader.load();
    }
};

TEST(PassedSocketTest, needsNoAddress)
{
    const LoadResult result = with({});
    CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1:5025"), good(result).local.endpoint.toString());
    CPPUNIT_ASSERT_EQUAL(std::string("socket of the service manager"), result.values.front().origin);
}

TEST(PassedSocketTest, agreesWithTheSameAddress)
{
    for (const char* host : {"127.0.0.1", "::ffff:127.0.0.1", "localhost", "any.name"})
        for (const char* port : {"5025", "0"})
            good(with({{"LOCAL_HOST", host}, {"LOCAL_PORT", port}}));
}

TEST(PassedSocketTest, contradictsAnotherAddress)
{
    const LoadResult result = with({{"LOCAL_PORT", "5026"}, {"LOCAL_HOST", "0.0.0.0"}});
    assertMistake(result, "local.port = 5026 (environment LOCAL_PORT): the socket of the service manager listens on "
                          "5025; expected the same, or no value");
    assertMistake(result, "local.host = 0.0.0.0 (environment LOCAL_HOST): the socket of the service manager listens on "
                          "127.0.0.1; expected the same, or no value");
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, result.mistakes.size());
}

} // namespace proximux
