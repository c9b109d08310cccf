#include "support/Test.h"

#include <app/PidFile.h>

#include <Poco/Exception.h>
#include <Poco/File.h>
#include <Poco/FileStream.h>
#include <Poco/TemporaryFile.h>

#include <memory>
#include <string>

#include <sys/wait.h>
#include <unistd.h>

namespace proximux
{

class PidFileTest : public CppUnit::TestCase
{
protected:
    static std::string content(const std::string& path)
    {
        std::string text;
        Poco::FileInputStream stream(path);
        std::getline(stream, text);
        return text;
    }

    /// Why a file is refused; empty: it is not.
    static std::string refusalOf(const std::string& path)
    {
        try
        {
            const PidFile file(path);
            return {};
        }
        catch (const Poco::FileException& exception)
        {
            return exception.message();
        }
    }

    /// Likewise, in another process.
    static std::string refusalElsewhere(const std::string& path)
    {
        int ends[2];
        CPPUNIT_ASSERT_EQUAL(0, ::pipe(ends));
        const pid_t child = ::fork();
        if (child == 0)
        {
            const std::string said = refusalOf(path);
            ::_exit(::write(ends[1], said.data(), said.size()) < 0 ? 1 : 0);
        }
        ::close(ends[1]);
        char said[1024];
        const ssize_t size = ::read(ends[0], said, sizeof said);
        ::close(ends[0]);
        int status = -1;
        CPPUNIT_ASSERT_EQUAL(child, ::waitpid(child, &status, 0));
        CPPUNIT_ASSERT_EQUAL(0, status);
        return {said, static_cast<std::size_t>(size)};
    }

    const Poco::TemporaryFile _file;
    const std::string _path = _file.path();
    const std::string _own = std::to_string(::getpid());
};

TEST(PidFileTest, hasTheProcessIdAndIsRemovedAtTheEnd)
{
    {
        const PidFile file(_path);
        CPPUNIT_ASSERT_EQUAL(_own, content(_path));
    }
    CPPUNIT_ASSERT(!Poco::File(_path).exists());
}

TEST(PidFileTest, refusesASecondProcessWhileItLives)
{
    auto file = std::make_unique<PidFile>(_path);
    CPPUNIT_ASSERT_EQUAL("cannot write --pidfile " + _path + ": process " + _own + " uses it and is running",
                         refusalElsewhere(_path));
    CPPUNIT_ASSERT_EQUAL(_own, content(_path)); // which has changed nothing
    file.reset();
    CPPUNIT_ASSERT_EQUAL(std::string(), refusalElsewhere(_path));
}

TEST(PidFileTest, takesTheFileOfAKilledProcessOver)
{
    Poco::FileOutputStream(_path) << "1234567890123 and more\n";
    const PidFile file(_path);
    CPPUNIT_ASSERT_EQUAL(_own, content(_path));
}

TEST(PidFileTest, leavesTheFileThatSomebodyPutInItsPlace)
{
    {
        const PidFile file(_path);
        Poco::File(_path).remove();
        Poco::FileOutputStream(_path) << "another's\n";
    }
    CPPUNIT_ASSERT_EQUAL(std::string("another's"), content(_path));
}

TEST(PidFileTest, refusesWhatCannotBeWritten)
{
    CPPUNIT_ASSERT_EQUAL(std::string("cannot write --pidfile /none/x.pid: No such file or directory"),
                         refusalOf("/none/x.pid"));
    CPPUNIT_ASSERT_EQUAL(std::string("cannot write --pidfile /dev/null: not a regular file"), refusalOf("/dev/null"));
    CPPUNIT_ASSERT_EQUAL(std::string(), refusalOf("")); // none was asked for
}

} // namespace proximux
