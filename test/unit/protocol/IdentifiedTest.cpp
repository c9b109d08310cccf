#include "support/Identified.h"
#include "support/ProtocolCheck.h"
#include "support/Test.h"

namespace proximux
{

using namespace identified;

/// Protocols whose messages have an id: modbus, dns, and fixed and length where one is declared.
class IdentifiedTest : public CppUnit::TestCase
{
protected:
    ProtocolCheck _modbus{"modbus"};
    ProtocolCheck _dns{"dns"};

    static ConversationSettings tying()
    {
        ConversationSettings settings;
        settings.ties = true;
        return settings;
    }

    static std::string u32(unsigned value) { return u16(value >> 16U) + u16(value & 0xffffU); }

    static std::string soa(unsigned serial)
    {
        const std::string names = name("ns.zone") + bytes({0xC0, 12});
        return bytes({0xC0, 12}) + record(6, names + u32(serial) + u32(1) + u32(2) + u32(3) + u32(4)).substr(1);
    }

    /// A message with these answers, with the question or without.
    static std::string answers(const std::vector<std::string>& records, bool question = true, unsigned code = 0)
    {
        std::string message = u16(0xabcd) + u16(0x8400 | code) + u16(question ? 1 : 0) +
                              u16(static_cast<unsigned>(records.size())) + u16(0) + u16(1);
        if (question)
            message += name("zone") + u16(252) + u16(1);
        for (const std::string& each : records)
            message += each;
        message += record(250, "signature");
        return u16(static_cast<unsigned>(message.size())) + message;
    }

    /// Which of these messages is the last, however they are cut.
    void assertLast(std::size_t last, const std::vector<std::string>& messages, std::uint32_t hint)
    {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{100000}})
        {
            const auto framer = _dns.protocol().makeResponseFramer();
            for (std::size_t i = 0; i < messages.size(); ++i)
            {
                if (i <= last)
                    framer->expect(hint);
                std::size_t at = 0;
                for (std::size_t seen = piece; at < messages[i].size();)
                {
                    const auto progress = framer->feed(Bytes(messages[i]).substr(at, seen));
                    CPPUNIT_ASSERT_EQUAL(std::string(), std::string(progress.reason));
                    at += progress.taken;
                    seen = progress.taken == 0 ? seen + piece : piece;
                }
                CPPUNIT_ASSERT_EQUAL(i >= last, framer->traits().kind == ResponseTraits::Kind::final);
            }
        }
    }

    /// An IXFR from this serial on: its SOA stands among the authorities.
    static std::string differences(unsigned serial)
    {
        std::string query = dns("zone", 251, 0x0100, soa(serial));
        query[11] = '\1';
        return query;
    }

    /// The code with which a request is answered in the target's place; 0: it is not.
    unsigned refusal(const std::string& query)
    {
        const RequestTraits traits = ProtocolCheck::ask(*_dns.talk(tying()), query);
        if (!traits.local)
            return 0;
        CPPUNIT_ASSERT_EQUAL(query.substr(2, 2), traits.reply.substr(2, 2));
        CPPUNIT_ASSERT_EQUAL(0U, traits.ties);
        _dns.responses().finds({traits.reply});
        return static_cast<unsigned char>(traits.reply[5]) & 15U;
    }

    static std::string query(unsigned flags, const std::vector<unsigned>& counts, const std::string& rest)
    {
        std::string message = u16(0xabcd) + u16(flags);
        for (const unsigned count : counts)
            message += u16(count);
        message += rest;
        return u16(static_cast<unsigned>(message.size())) + message;
    }
};

TEST(IdentifiedTest, delimitsModbus)
{
    const std::vector<std::string> messages = {modbus(1, 3, u16(0) + u16(10)), modbus(0, 7, ""),
                                               modbus(255, 16, std::string(252, 'x'))};
    _modbus.requests().finds(messages);
    _modbus.responses().finds(messages);
    CPPUNIT_ASSERT_EQUAL(std::string("unit 1: read holding registers 0, 10"),
                         _modbus.protocol().describe(messages[0], 100));
    CPPUNIT_ASSERT_EQUAL(std::string("unit 1: read coils: exception 2"),
                         _modbus.protocol().describeResponse(modbus(1, 0x81, bytes({2})), 100));
}

TEST(IdentifiedTest, refusesWhatIsNoModbus)
{
    const std::string length = "a Modbus message with a length outside 2..254";
    _modbus.requests().refuses(bytes({0, 1, 0, 0, 0, 1, 1, 3}), length);
    _modbus.requests().refuses(bytes({0, 1, 0, 0, 0, 255, 1, 3}), length);
    _modbus.responses().refuses(bytes({0, 1, 0, 0, 1, 0, 1, 3}), length);
    _modbus.requests().refuses("GET / HTTP/1.1", "a Modbus message with a protocol identifier other than 0");
}

TEST(IdentifiedTest, answersAsAGateway)
{
    const auto talk = _modbus.talk({});
    const RequestTraits traits = ProtocolCheck::ask(*talk, modbus(7, 3, u16(0) + u16(10)));
    CPPUNIT_ASSERT(traits.repeatable);
    CPPUNIT_ASSERT(!ProtocolCheck::ask(*talk, modbus(7, 16, "xx")).repeatable);
    CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, modbus(0, 16, u16(0) + u16(1) + bytes({2, 0, 7}))).optional);
    for (const std::string& one : {modbus(7, 8, u16(0) + u16(4)), modbus(7, 8, ""), modbus(7, 16, "xx"),
                                   modbus(0, 3, "xx"), modbus(0, 23, "xx")})
        CPPUNIT_ASSERT(!ProtocolCheck::ask(*talk, one).optional);
    std::string reply;
    CPPUNIT_ASSERT(talk->failed(traits, Failure::timeout, reply));
    CPPUNIT_ASSERT_EQUAL(modbus(7, 0x83, bytes({0x0B})), reply);
    CPPUNIT_ASSERT(talk->failed(traits, Failure::unavailable, reply));
    CPPUNIT_ASSERT_EQUAL(modbus(7, 0x83, bytes({0x0A})), reply);
    CPPUNIT_ASSERT(!talk->malformed("x", reply));
}

TEST(IdentifiedTest, comparesUnitAndFunction)
{
    const std::uint64_t check = ProtocolCheck::ask(*_modbus.talk({}), modbus(7, 3, "xxxx")).check;
    CPPUNIT_ASSERT_EQUAL(check, _modbus.response(modbus(7, 3, "y")).check);
    CPPUNIT_ASSERT_EQUAL(check, _modbus.response(modbus(7, 0x83, "y")).check);
    CPPUNIT_ASSERT(check != _modbus.response(modbus(8, 3, "y")).check);
    CPPUNIT_ASSERT(check != _modbus.response(modbus(7, 4, "y")).check);
}

/// A server that looks at the function alone would take the rest for another request.
TEST(IdentifiedTest, refusesAModbusRequestOfAnotherSize)
{
    const auto talk = _modbus.talk({});
    const std::string counted = bytes({3}) + "xyz";
    const std::vector<std::pair<int, std::string>> right = {{1, "1234"},
                                                            {2, "1234"},
                                                            {3, "1234"},
                                                            {4, "1234"},
                                                            {5, "1234"},
                                                            {6, "1234"},
                                                            {7, ""},
                                                            {11, ""},
                                                            {12, ""},
                                                            {15, "1234" + counted},
                                                            {16, "1234" + counted},
                                                            {17, ""},
                                                            {20, counted},
                                                            {21, counted},
                                                            {22, "123456"},
                                                            {23, "12345678" + counted},
                                                            {24, "12"}};
    for (const auto& [function, data] : right)
    {
        CPPUNIT_ASSERT(!ProtocolCheck::ask(*talk, modbus(1, function, data)).local);
        for (const std::string& wrong : {data + "x", data + modbus(1, 3, "1234"), data.substr(0, data.size() / 2)})
        {
            if (wrong == data)
                continue;
            const RequestTraits traits = ProtocolCheck::ask(*talk, modbus(1, function, wrong));
            CPPUNIT_ASSERT(traits.local);
            CPPUNIT_ASSERT_EQUAL(modbus(1, function | 0x80, bytes({3})), traits.reply);
        }
    }
    for (const int function : {8, 43, 65, 100, 131})
        CPPUNIT_ASSERT(!ProtocolCheck::ask(*talk, modbus(1, function, "whatever")).local);
}

/// What it refuses makes a server throw away what came behind it, and behind a broadcast others are sent at once.
TEST(IdentifiedTest, refusesABroadcastThatServersRefuse)
{
    const auto talk = _modbus.talk({});
    const std::string at = u16(0);
    const auto zeros = [](int count)
    { return bytes({count & 255}) + std::string(static_cast<std::size_t>(count), '\0'); };
    const std::vector<std::pair<int, std::string>> wrong = {{5, at + u16(1)},
                                                            {15, at + u16(0) + zeros(0)},
                                                            {15, at + u16(9) + zeros(1)},
                                                            {15, at + u16(1969) + zeros(246)},
                                                            {16, at + u16(0) + zeros(0)},
                                                            {16, at + u16(2) + zeros(2)},
                                                            {16, at + u16(124) + zeros(247)}};
    for (const auto& [function, data] : wrong)
    {
        const RequestTraits traits = ProtocolCheck::ask(*talk, modbus(0, function, data));
        CPPUNIT_ASSERT(traits.local && !traits.optional);
        CPPUNIT_ASSERT_EQUAL(modbus(0, function | 0x80, bytes({3})), traits.reply);
        CPPUNIT_ASSERT(!ProtocolCheck::ask(*talk, modbus(1, function, data)).local);
    }
    for (const auto& [function, data] : std::vector<std::pair<int, std::string>>{
             {5, at + u16(0xFF00)}, {15, at + u16(1968) + zeros(246)}, {16, at + u16(123) + zeros(246)}})
        CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, modbus(0, function, data)).optional);
    for (const int function : {8, 21, 43, 65})
        CPPUNIT_ASSERT(!ProtocolCheck::ask(*talk, modbus(0, function, u16(4) + u16(0))).optional);
}

TEST(IdentifiedTest, delimitsDns)
{
    const std::string large = std::string(300, 'x');
    _dns.requests().finds({dns("a.example"), dns(""), dns("b.example", 28, 0x0100, large)});
    _dns.responses().finds({dns("a.example", 1, 0x8180), dns("b.example", 28, 0x8180, large)});
    CPPUNIT_ASSERT_EQUAL(std::string("a.example. AAAA"), _dns.protocol().describe(dns("a.example", 28), 100));
    CPPUNIT_ASSERT_EQUAL(std::string(". TYPE99"), _dns.protocol().describe(dns("", 99), 100));
    CPPUNIT_ASSERT_EQUAL(std::string("a. A: code 3, 0 answers"),
                         _dns.protocol().describeResponse(dns("a", 1, 0x8183), 100));
}

TEST(IdentifiedTest, refusesWhatIsNoDns)
{
    _dns.requests().refuses(u16(11) + std::string(11, 'x'), "a DNS message shorter than its header");
    _dns.requests().refuses(dns("a", 1, 0x8180), "a DNS response instead of a query");
    _dns.responses().refuses(dns("a"), "a DNS query instead of a response");
}

TEST(IdentifiedTest, comparesQuestions)
{
    const std::uint64_t check = ProtocolCheck::ask(*_dns.talk({}), dns("a.example")).check;
    CPPUNIT_ASSERT(check != 0);
    CPPUNIT_ASSERT_EQUAL(check, _dns.response(dns("A.eXample", 1, 0x8180)).check);
    CPPUNIT_ASSERT(check != _dns.response(dns("b.example", 1, 0x8180)).check);
    CPPUNIT_ASSERT(check != _dns.response(dns("a.example", 28, 0x8180)).check);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0},
                         _dns.response(u16(12) + u16(0xabcd) + u16(0x8185) + std::string(8, '\0')).check);
    // a name that goes on elsewhere, which its answer may spell out
    const std::string pointing = u16(20) + dns("").substr(2, 12) + bytes({1, 'a', 0xC0, 4, 0, 1, 0, 1});
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, ProtocolCheck::ask(*_dns.talk({}), pointing).check);
    // one that says so, and has none
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0},
                         _dns.response(u16(12) + u16(0xabcd) + u16(0x8181) + u16(1) + std::string(6, '\0')).check);
}

TEST(IdentifiedTest, tiesTransfersAndSignedQueries)
{
    const auto talk = _dns.talk(tying());
    const RequestTraits transfer = ProtocolCheck::ask(*talk, dns("zone", 252));
    CPPUNIT_ASSERT(transfer.ties == ties::TRANSFER && transfer.frees == ties::TRANSFER && transfer.keepsId);
    const std::string options = record(41, u16(10) + u16(2) + "xx");
    const std::string signature = record(250, "signature");
    CPPUNIT_ASSERT_EQUAL(0U, ProtocolCheck::ask(*talk, dns("a", 1, 0x0100, options, 1)).ties);
    const RequestTraits with = ProtocolCheck::ask(*talk, dns("a", 1, 0x0100, options + signature, 2));
    CPPUNIT_ASSERT(with.ties == ties::SIGNATURE && with.frees == ties::SIGNATURE && with.keepsId);
    const RequestTraits refused = ProtocolCheck::ask(*_dns.talk({}), dns("zone", 252));
    CPPUNIT_ASSERT(refused.local);
    CPPUNIT_ASSERT_EQUAL(dns("zone", 252, 0x8105), refused.reply);
    // cut anywhere within it is not understood, and does no harm
    for (std::size_t cut = 0; cut < signature.size(); ++cut)
        ProtocolCheck::ask(*talk, dns("a", 1, 0x0100, options + signature.substr(0, cut), 2));
}

TEST(IdentifiedTest, findsTheEndOfATransfer)
{
    const auto talk = _dns.talk(tying());
    const std::uint32_t hint = ProtocolCheck::ask(*talk, dns("zone", 252)).hint;
    const std::string a = record(1, "1234", "www.zone");
    const std::string large = record(16, std::string(900, 't'), "text.zone");
    const std::string other = dns("a", 1, 0x8180);
    assertLast(0, {answers({soa(1), a, soa(1)}), other}, hint);
    assertLast(2, {answers({soa(1)}), answers({a, large, large}, false), answers({a, soa(1)}, false), other}, hint);
    assertLast(1, {answers({soa(1), a}), answers({soa(1)}), other}, hint);
    assertLast(0, {answers({}, true, 5), other}, hint);                // refused
    assertLast(1, {answers({soa(1), a}), answers({}, true, 2)}, hint); // given up
    assertLast(0, {answers({a}), other}, hint);                        // no transfer
}

TEST(IdentifiedTest, findsTheEndOfDifferences)
{
    const auto talk = _dns.talk(tying());
    const std::uint32_t hint = ProtocolCheck::ask(*talk, differences(7)).hint;
    const std::string a = record(1, "1234", "www.zone");
    const std::string other = dns("a", 1, 0x8180);
    assertLast(0, {answers({soa(7)}), other}, hint); // up to date
    assertLast(0, {answers({soa(9), a, a, soa(9)}), other}, hint);
    assertLast(0, {answers({soa(9), soa(9)}), other}, hint);
    assertLast(1, {answers({soa(9)}), answers({a, soa(9)}), other}, hint);
    assertLast(0, {answers({soa(9), soa(7), a, soa(9), a, soa(9)}), other}, hint);
    assertLast(3,
               {answers({soa(9), soa(7)}), answers({a, soa(8), soa(8)}, false), answers({a, soa(9), a}, false),
                answers({soa(9)}, false), other},
               hint);
    for (const unsigned serial : {0U, 1U, 2U})
        CPPUNIT_ASSERT(ProtocolCheck::ask(*talk, differences(serial)).hint !=
                       ProtocolCheck::ask(*talk, dns("zone", 252)).hint);
}

/// Which of two serials that are 2^31 apart is newer RFC 1982 does not say.
TEST(IdentifiedTest, aTransferFromAnIncomparableSerialLastsUntilTheEnd)
{
    const auto talk = _dns.talk(tying());
    const std::string a = record(1, "1234", "www.zone");
    const std::string other = dns("a", 1, 0x8180);
    for (const unsigned serial : {0x80000007U, 0U, 1U, 2U})
    {
        const std::uint32_t hint = ProtocolCheck::ask(*talk, differences(serial)).hint;
        const auto framer = _dns.protocol().makeResponseFramer();
        framer->expect(hint);
        framer->feed(answers({soa(7)}));
        CPPUNIT_ASSERT(framer->traits().kind == ResponseTraits::Kind::more);
        CPPUNIT_ASSERT(framer->finish());
        const std::string next = answers({record(16, std::string(900, 't'))}, false);
        framer->feed(Bytes(next).substr(0, 500));
        CPPUNIT_ASSERT(!framer->finish()); // within a message
        assertLast(1, {answers({soa(7)}), answers({a, soa(7)}, false), other}, hint);
    }
    // those next to it can be compared
    const std::uint32_t older = ProtocolCheck::ask(*talk, differences(0x80000006U)).hint;
    const std::uint32_t newer = ProtocolCheck::ask(*talk, differences(0x80000008U)).hint;
    assertLast(0, {answers({soa(7)}), other}, older);
    assertLast(1, {answers({soa(7)}), answers({a, soa(7)}, false), other}, newer);
}

TEST(IdentifiedTest, whatIsNotOneQuestionIsAnsweredByUs)
{
    const std::string a = name("a") + u16(1) + u16(1);
    const std::string options = record(41, u16(10) + u16(2) + "xx");
    const std::string signature = record(250, "signature");
    const std::string pointer = bytes({0xC0, 12});
    const std::string authority = pointer + record(6, std::string(22, '\0')).substr(1);
    const std::string differences = name("a") + u16(251) + u16(1) + authority;
    const std::vector<std::string> right = {
        query(0x0100, {1, 0, 0, 0}, a),
        query(0x0130, {1, 0, 0, 1}, a + options),
        query(0x0100, {1, 0, 0, 2}, a + options + signature),
        query(0, {1, 0, 0, 1}, a + pointer + signature.substr(1)),
        query(0, {1, 0, 1, 0}, differences),
        query(0, {1, 0, 1, 1}, differences + options),
        query(0, {1, 0, 0, 0}, name(std::string(63, 'x')) + u16(255) + u16(3)),
    };
    for (const std::string& each : right)
        CPPUNIT_ASSERT_EQUAL(0U, refusal(each));
    const std::string longName = std::string(63, 'x') + '.' + std::string(63, 'x') + '.' + std::string(63, 'x') + '.';
    const std::vector<std::string> wrong = {
        query(0x0100, {2, 0, 0, 0}, a + a),                                       // two questions
        query(0x0100, {0, 0, 0, 0}, ""),                                          // none
        query(0x0100, {1, 0, 0, 0}, ""),                                          // none, though it says so
        query(0x0100, {1, 1, 0, 0}, a),                                           // no answer
        query(0x0100, {1, 1, 0, 0}, a + record(1, "1234")),                       // an answer
        query(0x0100, {1, 0, 1, 0}, a + record(1, "1234")),                       // an authority
        query(0x0100, {1, 0, 0, 1}, a + record(1, "1234")),                       // another record
        query(0x0100, {1, 0, 0, 1}, a),                                           // no record
        query(0x0100, {1, 0, 0, 2}, a + options + options),                       // options twice
        query(0x0100, {1, 0, 0, 2}, a + signature + options),                     // signed within
        query(0x0100, {1, 0, 0, 1}, a + record(41, u16(10) + u16(3) + "xx")),     // torn options
        query(0x0100, {1, 0, 0, 1}, a + record(41, "", "x")),                     // options of a name
        query(0x0100, {1, 0, 0, 0}, a + "x"),                                     // something behind
        query(0x0300, {1, 0, 0, 0}, a),                                           // cut off
        query(0x0100, {1, 0, 0, 0}, pointer + u16(1) + u16(1)),                   // points to itself
        query(0x0100, {1, 0, 0, 0}, bytes({1, 'a'}) + pointer + u16(1) + u16(1)), // and in a loop
        query(0x0100, {1, 0, 0, 1}, a + bytes({0xC0, 19}) + signature.substr(1)), // the record's name does
        query(0x0100, {1, 0, 0, 1}, a + bytes({0xC0, 4}) + signature.substr(1)),  // or to the header
        query(0x0100, {1, 0, 0, 0}, bytes({64}) + std::string(64, 'x') + '\0' + u16(1) + u16(1)), // a long label
        query(0x0100, {1, 0, 0, 0}, name(longName + std::string(63, 'x')) + u16(1) + u16(1)),     // a long name
        query(0, {1, 0, 0, 0}, name("a") + u16(251) + u16(1)),                                    // from which serial?
        query(0, {1, 0, 1, 0}, name("a") + u16(251) + u16(1) + record(1, "1234")),
        query(0, {1, 0, 1, 0}, name("a") + u16(251) + u16(1) + record(6, std::string(21, '\0'))),
        query(0, {1, 0, 1, 0}, name("a") + u16(252) + u16(1) + authority),
    };
    for (const std::string& each : wrong)
        CPPUNIT_ASSERT_EQUAL(1U, refusal(each));
    for (const unsigned operation : {1U, 2U, 3U, 4U, 5U, 6U, 15U})
        CPPUNIT_ASSERT_EQUAL(4U, refusal(query(operation << 11U, {1, 0, 0, 0}, a)));
    CPPUNIT_ASSERT_EQUAL(4U, refusal(query(0, {1, 0, 0, 0}, name("a") + u16(249) + u16(1))));
    for (const unsigned none : {0U, 2U, 254U, 255U, 65535U}) // classes that servers leave unanswered
        CPPUNIT_ASSERT_EQUAL(4U, refusal(query(0, {1, 0, 0, 0}, name("a") + u16(1) + u16(none))));
    for (const unsigned known : {1U, 3U, 4U})
        CPPUNIT_ASSERT_EQUAL(0U, refusal(query(0, {1, 0, 0, 0}, name("a") + u16(1) + u16(known))));
    // all of it must be there to be judged
    const auto talk = _dns.talk({});
    RequestTraits traits;
    talk->request(right.front(), false, traits);
    CPPUNIT_ASSERT(traits.local);
}

/// A response that repeats nothing could be that to any request.
TEST(IdentifiedTest, onlyABareErrorNeedNoQuestion)
{
    const auto bare = [](unsigned flags, unsigned questions, unsigned answers) {
        return query(flags, {questions, answers, 0, 0}, "");
    };
    for (const unsigned code : {1U, 2U, 4U, 5U})
    {
        CPPUNIT_ASSERT(_dns.response(bare(0x8180 | code, 0, 0)).unchecked);
        CPPUNIT_ASSERT(_dns.response(bare(0x8180 | code, 1, 0)).unchecked);
    }
    CPPUNIT_ASSERT(!_dns.response(bare(0x8180, 0, 0)).unchecked);
    CPPUNIT_ASSERT(!_dns.response(bare(0x8183, 0, 0)).unchecked);
    CPPUNIT_ASSERT(!_dns.response(query(0x8182, {0, 1, 0, 0}, record(1, "1234"))).unchecked);
    CPPUNIT_ASSERT(!_dns.response(dns("a", 1, 0x8182)).unchecked);
}

TEST(IdentifiedTest, answersAsAServerThatFailed)
{
    const auto talk = _dns.talk({});
    std::string reply;
    const std::string keepAlive = u16(0x1234) + u16(6U << 11U) + std::string(8, '\0');
    const RequestTraits stateful = ProtocolCheck::ask(*talk, u16(20) + keepAlive + std::string(8, '\1'));
    CPPUNIT_ASSERT(stateful.local);
    CPPUNIT_ASSERT_EQUAL(u16(12) + u16(0x1234) + u16(0xB004) + std::string(8, '\0'), stateful.reply);
    const std::string query = dns("a.example", 1, 0x0120, record(41, ""), 1);
    CPPUNIT_ASSERT(talk->failed(ProtocolCheck::ask(*talk, query), Failure::lost, reply));
    CPPUNIT_ASSERT_EQUAL(dns("a.example", 1, 0x8102), reply);
}

TEST(IdentifiedTest, showsADeclaredIdFirst)
{
    Framing framing;
    framing.length.width = 2;
    framing.requestId = framing.responseId = IdField{6, 4, ByteOrder::little};
    const auto protocol = findProtocol("length")->make(framing);
    const FramerCheck check([&protocol] { return protocol->makeRequestFramer(); });
    check.finds({u16(8) + "abcdidid", u16(20) + "abcdididmoremoremore"});
    check.refuses(u16(7) + "abcdidi", "a message shorter than its header");
    const auto framer = protocol->makeRequestFramer();
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, framer->feed(u16(20) + "abcdidi").taken);
    CPPUNIT_ASSERT_EQUAL(std::size_t{10}, framer->feed(u16(20) + "abcdidid").taken);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0x64696469}, protocol->requestId()->read(u16(8) + "abcdidid"));
}

} // namespace proximux
