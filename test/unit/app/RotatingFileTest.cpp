#include "support/Test.h"

#include <app/RotatingFile.h>

#include <Poco/Exception.h>
#include <Poco/File.h>
#include <Poco/TemporaryFile.h>

#include <fstream>
#include <iterator>
#include <string>

using namespace proximux;

class RotatingFileTest : public CppUnit::TestCase
{
protected:
    void setUp() override
    {
        _folder.createDirectories();
        _path = _folder.path() + "/x.log";
    }

    void tearDown() override { _folder.remove(true); }
    std::string content(const std::string& suffix = "") const
    {
        std::ifstream stream(_path + suffix, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    static void expectRefusal(const std::string& path, const std::string& why)
    {
        try
        {
            const RotatingFile file(path, 10, 2);
            CPPUNIT_FAIL("opened " + path);
        }
        catch (const Poco::FileException& exception)
        {
            CPPUNIT_ASSERT_EQUAL(path + ": " + why, exception.message());
        }
    }

    Poco::File _folder{Poco::TemporaryFile::tempName()};
    std::string _path;
};

TEST(RotatingFileTest, appendsToWhatIsThere)
{
    std::ofstream(_path) << "old\n";
    RotatingFile file(_path, 1000, 2);
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("new\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("old\nnew\n"), content());
}

TEST(RotatingFileTest, beginsALineOfItsOwn)
{
    std::ofstream(_path) << "old\nha";
    RotatingFile file(_path, 1000, 2);
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("new\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("old\nha\nnew\n"), content());
}

TEST(RotatingFileTest, movesFilesBeforeTheyGrowTooLarge)
{
    std::ofstream(_path) << "1234567\n";
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

TEST(RotatingFileTest, opensAgainWhereItWasMovedAway)
{
    RotatingFile file(_path, 1000, 2);
    file.write("1\n");
    Poco::File(_path).renameTo(_path + ".moved");
    file.write("2\n");
    file.reopen();
    file.write("3\n");
    CPPUNIT_ASSERT_EQUAL(std::string("1\n2\n"), content(".moved"));
    CPPUNIT_ASSERT_EQUAL(std::string("3\n"), content());
}

TEST(RotatingFileTest, saysThatAFileCannotBeOpened)
{
    expectRefusal(_folder.path() + "/none/x.log", "No such file or directory");
    expectRefusal(_folder.path(), "not a regular file");
}

TEST(RotatingFileTest, saysThatTheDiskIsFull)
{
    if (!Poco::File("/dev/full").exists())
        return; // a system without such a device
    RotatingFile file("/dev/full", 10, 2);
    CPPUNIT_ASSERT_EQUAL(std::string("/dev/full: No space left on device"), file.write("x\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("/dev/full: No space left on device"), file.write("x\n"));
}

TEST(RotatingFileTest, neverMovesADevice)
{
    RotatingFile file("/dev/null", 2, 2);
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("1\n2\n3\n"));
    CPPUNIT_ASSERT(Poco::File("/dev/null").exists() && !Poco::File("/dev/null").isFile());
    CPPUNIT_ASSERT(!Poco::File("/dev/null.1").exists());
}

TEST(RotatingFileTest, goesOnWhenItsFolderIsBack)
{
    RotatingFile file(_path, 4, 2);
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("1\n"));
    _folder.remove(true);
    CPPUNIT_ASSERT_EQUAL(_path + ": No such file or directory", file.write("222\n333\n"));
    CPPUNIT_ASSERT_EQUAL(_path + ": No such file or directory", file.write("444\n"));
    _folder.createDirectories();
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("555\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("555\n"), content());
}
