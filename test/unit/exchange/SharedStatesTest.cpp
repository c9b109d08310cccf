#include "support/SharingFixture.h"

#include <proximux/protocol/Resp.h>

namespace proximux
{

/// FramedExchange: clients that have a connection alone, and requests whose place among others counts.
class SharedStatesTest : public SharingFixture
{
    CPPUNIT_TEST_SUITE(SharedStatesTest);
    CPPUNIT_TEST(aLocalAnswerAmongQueuedRequestsWithIds);
    CPPUNIT_TEST(inFifoNothingOvertakesWhatTies);
    CPPUNIT_TEST_SUITE_END();

    void named(const std::string& protocol, std::size_t connections = 1, std::size_t pipeline = 8,
               std::size_t maxTied = 0, SharedExchangeSettings settings = {})
    {
        Options options;
        options.protocol = protocol;
        options.connections = connections;
        options.exchange = settings;
        options.exchange.pipeline = pipeline;
        options.exchange.maxTied = maxTied;
        options.exchange.conversation.ties = maxTied > 0;
        options.exchange.byId = protocol == "modbus" || protocol == "dns";
        begin(options, false);
    }

    static std::string command(std::initializer_list<std::string_view> words) { return respCommand(words); }

    /// Asks for x., with this type.
    static std::string dns(unsigned id, unsigned type)
    {
        std::string text("\0\x13\0\0\1\0\0\1\0\0\0\0\0\0\1x\0\0\0\0\1", 21);
        writeNumber(id, &text[2], 2);
        writeNumber(type, &text[17], 2);
        return text;
    }

    static std::string answer(std::string request, unsigned id)
    {
        request[4] = static_cast<char>(request[4] | '\x80');
        writeNumber(id, &request[2], 2);
        return request;
    }

    static std::string answer(const std::string& request)
    {
        return answer(request, static_cast<unsigned>(readNumber(Bytes(request).substr(2, 2))));
    }

    static unsigned typeOf(const std::string& request)
    {
        return static_cast<unsigned>(readNumber(Bytes(request).substr(17, 2)));
    }

    static constexpr unsigned A = 1;
    static constexpr unsigned AXFR = 252;
    static constexpr Duration S = Duration::seconds(1);

public:
    void aLocalAnswerAmongQueuedRequestsWithIds()
    {
        named("dns");
        const ClientId a = join();
        says(a, dns(1, A) + dns(2, AXFR) + dns(3, A + 1));
        const TargetId t = opens();
        const std::string sent = got(t);
        CPPUNIT_ASSERT_EQUAL(std::size_t{42}, sent.size());
        CPPUNIT_ASSERT_EQUAL(A, typeOf(sent.substr(0, 21)));
        CPPUNIT_ASSERT_EQUAL(A + 1, typeOf(sent.substr(21)));
    }

    void inFifoNothingOvertakesWhatTies()
    {
        named("resp", 1, 8, 1);
        const ClientId a = join();
        says(a, command({"GET", "a"}));
        const TargetId t = opens();
        got(t);
        says(a, command({"WATCH", "k"}) + command({"GET", "b"}));
        CPPUNIT_ASSERT_EQUAL(std::string(), got(t));
        answers(t, "+a\r\n");
        CPPUNIT_ASSERT_EQUAL(command({"WATCH", "k"}) + command({"GET", "b"}), got(t));
    }
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(SharedStatesTest, "exchange");

} // namespace proximux
