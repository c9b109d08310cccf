#include "support/Test.h"

#include "RotatingFileFixture.h"

#include <proximux/system/SystemError.h>

using namespace proximux;

class RotatingFileTest : public RotatingFileFixture
{
};

TEST(RotatingFileTest, appendsToWhatIsThere)
{
    Poco::FileOutputStream(_path) << "old\n";
    RotatingFile file(_path, 1000, 2);
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("new\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("old\nnew\n"), content());
}

TEST(RotatingFileTest, beginsALineOfItsOwn)
{
    Poco::FileOutputStream(_path) << "old\nha";
    RotatingFile file(_path, 1000, 2);
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("new\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("old\nha\nnew\n"), content());
}

TEST(RotatingFileTest, movesFilesBeforeTheyGrowTooLarge)
{
    Poco::FileOutputStream(_path) << "1234567\n";
    RotatingFile file(_path, 10, 2);
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("a\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("1234567\na\n"), content());
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("b\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("b\n"), content());
    CPPUNIT_ASSERT_EQUAL(std::string("1234567\na\n"), content(".1"));
}

TEST(RotatingFileTest, breaksBetweenLinesAlone)
{
    RotatingFile file(_path, 10, 3);
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("aaaa\nbbbb\ncccc\ndd\nee\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("aaaa\nbbbb\n"), content(".2"));
    CPPUNIT_ASSERT_EQUAL(std::string("cccc\ndd\n"), content(".1"));
    CPPUNIT_ASSERT_EQUAL(std::string("ee\n"), content());
}

TEST(RotatingFileTest, writesALineLargerThanTheLimit)
{
    RotatingFile file(_path, 4, 5);
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("a\n0123456789\nb\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("a\n"), content(".2"));
    CPPUNIT_ASSERT_EQUAL(std::string("0123456789\n"), content(".1"));
    CPPUNIT_ASSERT_EQUAL(std::string("b\n"), content());
}

TEST(RotatingFileTest, keepsNoMoreThanWasSaid)
{
    RotatingFile file(_path, 2, 2);
    for (const char* line : {"1\n", "2\n", "3\n", "4\n", "5\n"})
        CPPUNIT_ASSERT_EQUAL(std::string(), file.write(line));
    CPPUNIT_ASSERT_EQUAL(std::string("5\n4\n3\n"), content() + content(".1") + content(".2"));
    CPPUNIT_ASSERT(!Poco::File(_path + ".3").exists());
}

TEST(RotatingFileTest, beginsAnewWhereNoneIsKept)
{
    RotatingFile file(_path, 2, 0);
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("1\n2\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("2\n"), content());
    CPPUNIT_ASSERT(!Poco::File(_path + ".1").exists());
}

TEST(RotatingFileTest, saysThatAFileCannotBeOpened)
{
    const std::string path = _folder.path() + "/none/x.log";
    std::string why;
    try
    {
        const Poco::FileOutputStream file(path);
    }
    catch (const Poco::Exception& exception)
    {
        why = systemerror::text(exception.code()); // each system has its own
    }
    expectRefusal(path, why);
    expectRefusal(_folder.path(), "not a regular file");
}

TEST(RotatingFileTest, mayHaveANameInAnyScript)
{
    _path = _folder.path() + "/\xC3\xA4\xE2\x82\xAC\xD0\x96.log"; // no code page has all three
    {
        RotatingFile file(_path, 4, 2);
        CPPUNIT_ASSERT_EQUAL(std::string(), file.write("1\n2\n3\n"));
    }
    CPPUNIT_ASSERT_EQUAL(std::string("3\n"), content());
    CPPUNIT_ASSERT_EQUAL(std::string("1\n2\n"), content(".1"));
}
