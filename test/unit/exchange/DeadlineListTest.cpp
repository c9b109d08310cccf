#include <proximux/base/DeadlineList.h>

#include <cppunit/extensions/HelperMacros.h>

namespace proximux
{

class DeadlineListTest : public CppUnit::TestFixture
{
    CPPUNIT_TEST_SUITE(DeadlineListTest);
    CPPUNIT_TEST(givesWhatIsDueInOrder);
    CPPUNIT_TEST(armingAgainMovesToTheEnd);
    CPPUNIT_TEST(disarmedIsNeverDue);
    CPPUNIT_TEST(offArmsNothing);
    CPPUNIT_TEST_SUITE_END();

    static Instant at(std::int64_t us) { return Instant{us}; }

public:
    void givesWhatIsDueInOrder()
    {
        DeadlineList list(Duration{10});
        Deadline a;
        Deadline b;
        CPPUNIT_ASSERT(list.first() == Instant::never());
        list.arm(a, at(0));
        list.arm(b, at(5));
        CPPUNIT_ASSERT(list.first() == at(10));
        CPPUNIT_ASSERT(list.takeDue(at(9)) == nullptr);
        CPPUNIT_ASSERT(list.takeDue(at(20)) == &a);
        CPPUNIT_ASSERT(!a.isArmed());
        CPPUNIT_ASSERT(list.takeDue(at(20)) == &b);
        CPPUNIT_ASSERT(list.takeDue(at(20)) == nullptr);
    }

    void armingAgainMovesToTheEnd()
    {
        DeadlineList list(Duration{10});
        Deadline a;
        Deadline b;
        list.arm(a, at(0));
        list.arm(b, at(1));
        list.arm(a, at(2));
        CPPUNIT_ASSERT(list.first() == at(11));
        CPPUNIT_ASSERT(list.takeDue(at(100)) == &b);
        CPPUNIT_ASSERT(list.takeDue(at(100)) == &a);
    }

    void disarmedIsNeverDue()
    {
        DeadlineList list(Duration{10});
        Deadline a;
        list.arm(a, at(0));
        DeadlineList::disarm(a);
        DeadlineList::disarm(a);
        CPPUNIT_ASSERT(list.first() == Instant::never());
        CPPUNIT_ASSERT(list.takeDue(at(100)) == nullptr);
    }

    void offArmsNothing()
    {
        DeadlineList list(Duration::off());
        Deadline a;
        list.arm(a, at(0));
        CPPUNIT_ASSERT(!a.isArmed());
        CPPUNIT_ASSERT(list.first() == Instant::never());
    }
};

CPPUNIT_TEST_SUITE_NAMED_REGISTRATION(DeadlineListTest, "exchange");

} // namespace proximux
