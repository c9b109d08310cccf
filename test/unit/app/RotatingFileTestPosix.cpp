#include "support/Test.h"

#include "RotatingFileFixture.h"

using namespace proximux;

/// Devices, and files that are moved or removed while they are open.
class RotatingFilePosixTest : public RotatingFileFixture
{
};

TEST(RotatingFilePosixTest, opensAgainWhereItWasMovedAway)
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

TEST(RotatingFilePosixTest, saysThatTheDiskIsFull)
{
    if (!Poco::File("/dev/full").exists())
        return; // a system without such a device
    RotatingFile file("/dev/full", 10, 2);
    CPPUNIT_ASSERT_EQUAL(std::string("/dev/full: No space left on device"), file.write("x\n"));
    CPPUNIT_ASSERT_EQUAL(std::string("/dev/full: No space left on device"), file.write("x\n"));
}

TEST(RotatingFilePosixTest, neverMovesADevice)
{
    RotatingFile file("/dev/null", 2, 2);
    CPPUNIT_ASSERT_EQUAL(std::string(), file.write("1\n2\n3\n"));
    CPPUNIT_ASSERT(Poco::File("/dev/null").exists() && !Poco::File("/dev/null").isFile());
    CPPUNIT_ASSERT(!Poco::File("/dev/null.1").exists());
}

TEST(RotatingFilePosixTest, goesOnWhenItsFolderIsBack)
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
