#include "unit/protocol/IdentifiedFixture.h"

namespace proximux
{

/// DNS: its messages, and what they mean.
class DnsTest : public IdentifiedFixture
{
};

TEST(DnsTest, delimitsDns)
{
    const std::string large = std::string(300, 'x');
    _dns.requests().finds({dns("a.example"), dns(""), dns("b.example", 28, 0x0100, large)});
    _dns.responses().finds({dns("a.example", 1, 0x8180), dns("b.example", 28, 0x8180, large)});
    CPPUNIT_ASSERT_EQUAL(std::string("a.example. AAAA"), _dns.protocol().describe(dns("a.example", 28), 100));
    CPPUNIT_ASSERT_EQUAL(std::string(". TYPE99"), _dns.protocol().describe(dns("", 99), 100));
    CPPUNIT_ASSERT_EQUAL(std::string("a. A: code 3, 0 answers"),
                         _dns.protocol().describeResponse(dns("a", 1, 0x8183), 100));
}

TEST(DnsTest, refusesWhatIsNoDns)
{
    _dns.requests().refuses(u16(11) + std::string(11, 'x'), "a DNS message shorter than its header");
    _dns.requests().refuses(dns("a", 1, 0x8180), "a DNS response instead of a query");
    _dns.responses().refuses(dns("a"), "a DNS query instead of a response");
}

TEST(DnsTest, comparesQuestions)
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

TEST(DnsTest, tiesTransfersAndSignedQueries)
{
    const auto talk = _dns.talk(tying());
    const RequestTraits transfer = ProtocolCheck::ask(*talk, dns("zone", 252));
    CPPUNIT_ASSERT(transfer.pins == pins::TRANSFER && transfer.frees == pins::TRANSFER && transfer.keepsId);
    const std::string options = record(41, u16(10) + u16(2) + "xx");
    const std::string signature = record(250, "signature");
    CPPUNIT_ASSERT_EQUAL(0U, ProtocolCheck::ask(*talk, dns("a", 1, 0x0100, options, 1)).pins);
    const RequestTraits with = ProtocolCheck::ask(*talk, dns("a", 1, 0x0100, options + signature, 2));
    CPPUNIT_ASSERT(with.pins == pins::SIGNATURE && with.frees == pins::SIGNATURE && with.keepsId);
    const RequestTraits refused = ProtocolCheck::ask(*_dns.talk({}), dns("zone", 252));
    CPPUNIT_ASSERT(refused.local);
    CPPUNIT_ASSERT_EQUAL(dns("zone", 252, 0x8105), refused.reply);
    // cut anywhere within it is not understood, and does no harm
    for (std::size_t cut = 0; cut < signature.size(); ++cut)
        ProtocolCheck::ask(*talk, dns("a", 1, 0x0100, options + signature.substr(0, cut), 2));
}

TEST(DnsTest, findsTheEndOfATransfer)
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

TEST(DnsTest, findsTheEndOfDifferences)
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
TEST(DnsTest, aTransferFromAnIncomparableSerialLastsUntilTheEnd)
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

TEST(DnsTest, whatIsNotOneQuestionIsAnsweredByUs)
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
TEST(DnsTest, onlyABareErrorNeedNoQuestion)
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

TEST(DnsTest, answersAsAServerThatFailed)
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

} // namespace proximux
