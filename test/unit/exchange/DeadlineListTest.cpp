#include "support/Test.h"

#include <proximux/base/DeadlineList.h>

namespace proximux
{

class DeadlineListTest : public CppUnit::TestCase
{
protected:
    static Instant at(std::int64_t us) { return Instant{us}; }
};

TEST(DeadlineListTest, givesWhatIsDueInOrder)
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

TEST(DeadlineListTest, armingAgainMovesToTheEnd)
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

TEST(DeadlineListTest, disarmedIsNeverDue)
{
    DeadlineList list(Duration{10});
    Deadline a;
    list.arm(a, at(0));
    DeadlineList::disarm(a);
    DeadlineList::disarm(a);
    CPPUNIT_ASSERT(list.first() == Instant::never());
    CPPUNIT_ASSERT(list.takeDue(at(100)) == nullptr);
}

TEST(DeadlineListTest, offArmsNothing)
{
    DeadlineList list(Duration::off());
    Deadline a;
    list.arm(a, at(0));
    CPPUNIT_ASSERT(!a.isArmed());
    CPPUNIT_ASSERT(list.first() == Instant::never());
}

TEST(DeadlineListTest, whoIsArmedMovesWithTheDuration)
{
    DeadlineList list(Duration{10});
    Deadline a;
    Deadline b;
    list.arm(a, at(0));
    list.arm(b, at(5));
    list.change(Duration{4});
    CPPUNIT_ASSERT(list.first() == at(4));
    CPPUNIT_ASSERT(list.takeDue(at(4)) == &a);
    list.change(Duration{20});
    CPPUNIT_ASSERT(list.first() == at(25));
    list.change(Duration::off());
    CPPUNIT_ASSERT(!b.isArmed());
    list.change(Duration{3});
    list.arm(b, at(10));
    CPPUNIT_ASSERT(list.first() == at(13));
}

TEST(DeadlineListTest, eitherSideMayEndFirst)
{
    Deadline stays;
    {
        DeadlineList list(Duration{10});
        list.arm(stays, at(0));
        {
            Deadline goes;
            list.arm(goes, at(1));
        }
        CPPUNIT_ASSERT(list.takeDue(at(20)) == &stays);
        CPPUNIT_ASSERT(list.takeDue(at(20)) == nullptr);
        list.arm(stays, at(20));
    }
    CPPUNIT_ASSERT(!stays.isArmed());
}

} // namespace proximux
