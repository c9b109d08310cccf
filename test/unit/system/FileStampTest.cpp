#include "support/Test.h"

#include <proximux/system/FileStamp.h>

#include <Poco/File.h>
#include <Poco/FileStream.h>
#include <Poco/TemporaryFile.h>

namespace proximux
{

class FileStampTest : public CppUnit::TestCase
{
protected:
    static void write(const std::string& path, const char* text) { Poco::FileOutputStream(path) << text; }

    Poco::TemporaryFile _file;
};

TEST(FileStampTest, itChangesWithTheFileAlone)
{
    const std::string path = _file.path();
    const std::string absent = fileStamp(path);
    CPPUNIT_ASSERT_EQUAL(absent, fileStamp(path));
    write(path, "one");
    const std::string first = fileStamp(path);
    CPPUNIT_ASSERT(first != absent);
    CPPUNIT_ASSERT_EQUAL(first, fileStamp(path));
    write(path, "longer");
    CPPUNIT_ASSERT(fileStamp(path) != first);
    Poco::File(path).remove();
    CPPUNIT_ASSERT_EQUAL(absent, fileStamp(path));
}

TEST(FileStampTest, anotherFileInItsPlaceIsSeen)
{
    const std::string path = _file.path();
    write(path, "one");
    const std::string first = fileStamp(path);
    Poco::TemporaryFile other;
    write(other.path(), "two");
    Poco::File(other.path()).setLastModified(Poco::Timestamp(0));
    Poco::File(other.path()).renameTo(path);
    CPPUNIT_ASSERT(fileStamp(path) != first);
}

} // namespace proximux
