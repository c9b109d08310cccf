#include "support/Test.h"

#include "RotatingFileFixture.h"

using namespace proximux;

/// A file that somebody reads cannot be renamed, unless the reader allows it.
class RotatingFileWindowsTest : public RotatingFileFixture
{
};

TEST(RotatingFileWindowsTest, losesNothingWhileSomebodyReads)
{
    RotatingFile file(_path, 4, 2);
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("1\n2\n"));
    {
        const Poco::FileInputStream reader(_path);
        CPPUNIT_ASSERT_EQUAL(std::string(), file.write("3\n4\n"));
        CPPUNIT_ASSERT_EQUAL(std::string("1\n2\n3\n4\n"), content());
    }
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("5\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("5\n"), content());
    CPPUNIT_ASSERT_EQUAL(std::string("1\n2\n3\n4\n"), content(".1"));
}

TEST(RotatingFileWindowsTest, losesNothingWhileSomebodyReadsAnOlderOne)
{
    RotatingFile file(_path, 4, 2);
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("1\n2\n3\n4\n"));
    const Poco::FileInputStream reader(_path + ".1");
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("5\n6\n7\n8\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("1\n2\n3\n4\n5\n6\n7\n8\n"), content(".1") + content());
}
