#include "support/Test.h"

#include <proximux/proxy/AddressLimits.h>

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <string>
#include <vector>

namespace proximux
{

class AddressLimitsTest : public CppUnit::TestCase
{
protected:
    using Verdict = AddressLimits::Verdict;
    using Place = AddressLimits::Place;

    static constexpr Duration SECOND = Duration::seconds(1);

    /// The IPv4 address of this number.
    static AddressLimits::Address v4(std::uint32_t number)
    {
        std::uint8_t bytes[4];
        for (unsigned i = 0; i < 4; ++i)
            bytes[i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
        return AddressRange::addressOf(bytes, sizeof bytes);
    }

    /// With these first bytes, then zeros, and a last byte.
    static AddressLimits::Address v6(std::initializer_list<std::uint8_t> first, std::uint8_t last)
    {
        AddressLimits::Address address{};
        std::copy(first.begin(), first.end(), address.begin());
        address.back() = last;
        return address;
    }

    void use() { limits.use(settings, now); }

    Verdict verdict(const AddressLimits::Address& address)
    {
        const auto admission = limits.admit(address, now);
        CPPUNIT_ASSERT_EQUAL(admission.verdict == Verdict::admitted, admission.place != AddressLimits::NOWHERE);
        if (admission.verdict == Verdict::admitted)
            places.push_back(admission.place);
        return admission.verdict;
    }

    bool comes(const AddressLimits::Address& address) { return verdict(address) == Verdict::admitted; }

    /// The one who came first of those that are there.
    void leaves()
    {
        limits.left(places.front());
        places.pop_front();
    }

    /// Clients of this address that are admitted of `clients`, each of which leaves at once.
    int visits(const AddressLimits::Address& address, int clients)
    {
        int admitted = 0;
        for (int i = 0; i < clients; ++i)
        {
            const auto admission = limits.admit(address, now);
            admitted += admission.verdict == Verdict::admitted ? 1 : 0;
            limits.left(admission.place);
        }
        return admitted;
    }

    /// Requests of a client at this place that it may send, of so many.
    int asks(Place place, int requests)
    {
        int sent = 0;
        for (; sent < requests && limits.mayAsk(place, now); ++sent)
            limits.asked(place, now);
        return sent;
    }

    LimitsSettings settings = Configuration().limits;
    AddressLimits limits{42};
    Instant now{5000000};
    std::deque<Place> places;
};

TEST(AddressLimitsTest, knowsNobodyWithoutALimit)
{
    use();
    CPPUNIT_ASSERT(!limits.isOn());
    const auto admission = limits.admit(v4(1), now);
    CPPUNIT_ASSERT(admission.verdict == Verdict::admitted);
    CPPUNIT_ASSERT_EQUAL(AddressLimits::NOWHERE, admission.place);
    limits.left(admission.place);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, limits.size());
}

TEST(AddressLimitsTest, countsTheClientsOfEachAddress)
{
    settings.connections = 2;
    use();
    CPPUNIT_ASSERT(limits.isOn());
    CPPUNIT_ASSERT(comes(v4(1)));
    CPPUNIT_ASSERT(comes(v4(1)));
    CPPUNIT_ASSERT(verdict(v4(1)) == Verdict::connections);
    CPPUNIT_ASSERT(comes(v4(2)));
    leaves();
    CPPUNIT_ASSERT(comes(v4(1)));
    CPPUNIT_ASSERT(verdict(v4(1)) == Verdict::connections);
}

TEST(AddressLimitsTest, admitsTheBurstThenTheRate)
{
    settings.connectionRate = {10, SECOND};
    settings.connectionBurst = 3;
    use();
    CPPUNIT_ASSERT_EQUAL(3, visits(v4(1), 5));
    CPPUNIT_ASSERT(verdict(v4(1)) == Verdict::rate);
    now = now + Duration::milliseconds(99);
    CPPUNIT_ASSERT_EQUAL(0, visits(v4(1), 5));
    now = now + Duration::milliseconds(1);
    CPPUNIT_ASSERT_EQUAL(1, visits(v4(1), 5));
    now = now + Duration::milliseconds(200);
    CPPUNIT_ASSERT_EQUAL(2, visits(v4(1), 5));
    now = now + SECOND + SECOND;
    CPPUNIT_ASSERT_EQUAL(3, visits(v4(1), 5));
    CPPUNIT_ASSERT_EQUAL(3, visits(v4(2), 5));
}

TEST(AddressLimitsTest, theBurstIsTheNumberInTheRate)
{
    settings.connectionRate = {30, Duration::seconds(60)};
    use();
    CPPUNIT_ASSERT_EQUAL(30, visits(v4(1), 40));
    now = now + SECOND;
    CPPUNIT_ASSERT_EQUAL(0, visits(v4(1), 1));
    now = now + SECOND;
    CPPUNIT_ASSERT_EQUAL(1, visits(v4(1), 40));
}

/// One that tries all the time is held to the rate, not shut out.
TEST(AddressLimitsTest, refusedClientsDoNotCount)
{
    settings.connectionRate = {20, SECOND};
    use();
    int admitted = 0;
    for (int i = 0; i < 100000; ++i) // 10000 a second for 10 seconds
    {
        admitted += visits(v4(1), 1);
        now = now + Duration::microseconds(100);
    }
    CPPUNIT_ASSERT(admitted >= 219 && admitted <= 220);
}

TEST(AddressLimitsTest, addressesWithAPrefixAreOne)
{
    settings.connections = 1;
    use();
    CPPUNIT_ASSERT(comes(v6({0x20, 1, 0xD, 0xB8, 0, 0, 0, 1}, 1)));
    CPPUNIT_ASSERT(verdict(v6({0x20, 1, 0xD, 0xB8, 0, 0, 0, 1}, 2)) == Verdict::connections);
    CPPUNIT_ASSERT(comes(v6({0x20, 1, 0xD, 0xB8, 0, 0, 0, 2}, 1)));
    CPPUNIT_ASSERT(comes(v4(0x0A000001)));
    CPPUNIT_ASSERT(comes(v4(0x0A000002)));
    settings.prefix4 = 21;
    settings.prefix6 = 128;
    use();
    CPPUNIT_ASSERT(comes(v4(0x0A000801)));
    CPPUNIT_ASSERT(verdict(v4(0x0A000F02)) == Verdict::connections);
    CPPUNIT_ASSERT(comes(v4(0x0A001001)));
    CPPUNIT_ASSERT(comes(v6({0x20, 1, 0xD, 0xB8, 0, 0, 0, 1}, 3)));
    CPPUNIT_ASSERT(comes(v6({0x20, 1, 0xD, 0xB8, 0, 0, 0, 1}, 4)));
}

TEST(AddressLimitsTest, exemptAddressesTakeNoPlace)
{
    settings.connections = 1;
    settings.exempt = {AddressRange::parse("10.0.0.0/8").value(), AddressRange::parse("2001:db8::/32").value()};
    use();
    for (const auto& exempt : {v4(0x0A000001), v6({0x20, 1, 0xD, 0xB8}, 1)})
        for (int i = 0; i < 3; ++i)
            CPPUNIT_ASSERT_EQUAL(AddressLimits::NOWHERE, limits.admit(exempt, now).place);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, limits.size());
    CPPUNIT_ASSERT(comes(v4(0x0B000001)));
    CPPUNIT_ASSERT(!comes(v4(0x0B000001)));
}

TEST(AddressLimitsTest, aFullTableForgetsTheOldestAtRest)
{
    settings.connectionRate = {1, Duration::seconds(60)};
    settings.table = 3;
    use();
    for (const std::uint32_t each : {1U, 2U, 3U})
        CPPUNIT_ASSERT(comes(v4(each)));
    leaves();
    leaves(); // 1 and 2 are without clients, 3 has one
    CPPUNIT_ASSERT(verdict(v4(4)) == Verdict::full);
    CPPUNIT_ASSERT(verdict(v4(1)) == Verdict::rate); // nobody is better off by a full table
    now = now + Duration::seconds(60);
    CPPUNIT_ASSERT_EQUAL(1, visits(v4(1), 2)); // which makes it the youngest, and one with a debt
    CPPUNIT_ASSERT(comes(v4(4)));              // instead of 2
    CPPUNIT_ASSERT(verdict(v4(1)) == Verdict::rate);
    CPPUNIT_ASSERT(verdict(v4(2)) == Verdict::full);
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, limits.size());
}

TEST(AddressLimitsTest, aTableFullOfClientsTakesNobodyElse)
{
    settings.connections = 2;
    settings.table = 2;
    use();
    CPPUNIT_ASSERT(comes(v4(1)));
    CPPUNIT_ASSERT(comes(v4(2)));
    CPPUNIT_ASSERT(verdict(v4(3)) == Verdict::full);
    CPPUNIT_ASSERT(comes(v4(1))); // one it knows
    leaves();
    CPPUNIT_ASSERT(verdict(v4(3)) == Verdict::full); // the other client of 1 is there
    leaves();
    CPPUNIT_ASSERT(comes(v4(3))); // 2 has left
    CPPUNIT_ASSERT(verdict(v4(2)) == Verdict::full);
}

TEST(AddressLimitsTest, aMillionAddressesStayWithinTheTable)
{
    settings.connections = 1;
    settings.table = 1000;
    use();
    for (std::uint32_t i = 0; i < 1000000; ++i)
    {
        CPPUNIT_ASSERT(comes(v4(i)));
        if (places.size() == 500)
            leaves();
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{1000}, limits.size());
    for (std::uint32_t i = 1000000 - 499; i < 1000000; ++i)
        CPPUNIT_ASSERT(verdict(v4(i)) == Verdict::connections);
}

TEST(AddressLimitsTest, anEntryIsSmall)
{
    CPPUNIT_ASSERT(AddressLimits::entrySize() + sizeof(Place) <= 48);
}

TEST(AddressLimitsTest, aLowerLimitClosesNobody)
{
    settings.connections = 3;
    use();
    for (int i = 0; i < 3; ++i)
        CPPUNIT_ASSERT(comes(v4(1)));
    settings.connections = 1;
    use();
    for (int i = 0; i < 3; ++i)
    {
        CPPUNIT_ASSERT(verdict(v4(1)) == Verdict::connections);
        leaves();
    }
    CPPUNIT_ASSERT(comes(v4(1)));
}

TEST(AddressLimitsTest, anotherRateForgivesWhatTheLastOneDidNot)
{
    settings.connectionRate = {1000, Duration::seconds(60)};
    use();
    CPPUNIT_ASSERT_EQUAL(1000, visits(v4(1), 2000)); // a minute's worth of debt
    settings.connectionRate = {10, SECOND};
    use();
    CPPUNIT_ASSERT_EQUAL(0, visits(v4(1), 20));
    now = now + SECOND;
    CPPUNIT_ASSERT_EQUAL(10, visits(v4(1), 20));
}

TEST(AddressLimitsTest, anotherSizeKeepsThoseThatAreThere)
{
    settings.connections = 1;
    settings.table = 8;
    use();
    for (std::uint32_t i = 0; i < 8; ++i)
        CPPUNIT_ASSERT(comes(v4(i)));
    for (int i = 0; i < 4; ++i)
        leaves();
    settings.table = 2;
    use();
    CPPUNIT_ASSERT_EQUAL(std::size_t{4}, limits.size()); // those with clients
    for (std::uint32_t i = 4; i < 8; ++i)
        CPPUNIT_ASSERT(verdict(v4(i)) == Verdict::connections);
    CPPUNIT_ASSERT(verdict(v4(0)) == Verdict::full);
    settings.table = 64;
    use();
    for (std::uint32_t i = 0; i < 4; ++i)
        CPPUNIT_ASSERT(comes(v4(i)));
    for (std::uint32_t i = 0; i < 8; ++i)
        CPPUNIT_ASSERT(verdict(v4(i)) == Verdict::connections);
}

TEST(AddressLimitsTest, clientsMayLeaveAfterTheLimitIsGone)
{
    settings.connections = 1;
    use();
    CPPUNIT_ASSERT(comes(v4(1)));
    settings.connections = 0;
    use();
    CPPUNIT_ASSERT(!limits.isOn());
    leaves();
    settings.connections = 1;
    use();
    CPPUNIT_ASSERT(comes(v4(1)));
}

TEST(AddressLimitsTest, allClientsOfAnAddressAskAtItsRate)
{
    settings.requestRate = {10, SECOND};
    use();
    for (const std::uint32_t each : {1U, 1U, 2U})
        CPPUNIT_ASSERT(comes(v4(each)));
    CPPUNIT_ASSERT_EQUAL(7, asks(places[0], 7));
    CPPUNIT_ASSERT_EQUAL(3, asks(places[1], 20));
    CPPUNIT_ASSERT_EQUAL(10, asks(places[2], 20));
    CPPUNIT_ASSERT_EQUAL(20, asks(AddressLimits::NOWHERE, 20));
    now = now + Duration::milliseconds(99);
    CPPUNIT_ASSERT_EQUAL(0, asks(places[0], 20));
    now = now + Duration::milliseconds(1);
    CPPUNIT_ASSERT_EQUAL(1, asks(places[0], 20));
    CPPUNIT_ASSERT_EQUAL(0, asks(places[1], 20));
}

TEST(AddressLimitsTest, nobodyAsksMoreByComingAnew)
{
    settings.requestRate = {10, SECOND};
    settings.table = 1;
    use();
    CPPUNIT_ASSERT(comes(v4(1)));
    CPPUNIT_ASSERT_EQUAL(10, asks(places[0], 20));
    leaves();
    CPPUNIT_ASSERT(verdict(v4(2)) == Verdict::full);
    CPPUNIT_ASSERT(comes(v4(1)));
    CPPUNIT_ASSERT_EQUAL(0, asks(places[0], 20));
    leaves();
    now = now + SECOND;
    CPPUNIT_ASSERT(comes(v4(2)));
    CPPUNIT_ASSERT_EQUAL(10, asks(places[0], 20));
    leaves();
    now = now + SECOND;
    CPPUNIT_ASSERT(comes(v4(1))); // in the place of 2
    CPPUNIT_ASSERT_EQUAL(10, asks(places[0], 20));
}

TEST(AddressLimitsTest, anotherRateOfRequestsHoldsForThoseThatAreThere)
{
    settings.connections = 9;
    use();
    CPPUNIT_ASSERT(comes(v4(1)));
    CPPUNIT_ASSERT_EQUAL(100, asks(places[0], 100));
    settings.requestRate = {2, Duration::seconds(60)};
    use();
    CPPUNIT_ASSERT_EQUAL(2, asks(places[0], 100));
    settings.requestRate = {5, SECOND};
    use();
    CPPUNIT_ASSERT_EQUAL(5, asks(places[0], 100));
    settings.requestRate = {};
    use();
    CPPUNIT_ASSERT_EQUAL(100, asks(places[0], 100));
}

} // namespace proximux
