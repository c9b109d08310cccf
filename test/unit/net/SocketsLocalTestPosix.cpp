#include "support/Test.h"

#include <proximux/net/SocketsLocal.h>
#include <proximux/net/Transport.h>

#include <Poco/Exception.h>
#include <Poco/File.h>
#include <Poco/TemporaryFile.h>

#include <fstream>
#include <memory>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace proximux
{

/// UNIX sockets at a path.
class SocketsLocalTest : public CppUnit::TestCase
{
protected:
    SocketsLocalTest() { Poco::File(_folder.path()).createDirectories(); }

    static unsigned modeOf(const std::string& path)
    {
        struct stat found
        {
        };
        return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 0777U : 0;
    }

    static std::string refusalAt(const std::string& path)
    {
        try
        {
            const sockets::LocalListener listener(path, 0600, 1);
        }
        catch (const Poco::IOException& exception)
        {
            return exception.message();
        }
        return {};
    }

    Poco::TemporaryFile _folder; ///< removed with what is in it
    const std::string _path = _folder.path() + "/admin.sock";
};

TEST(SocketsLocalTest, listensWithItsModeAndRemovesItsFile)
{
    {
        sockets::LocalListener listener(_path, 0640, 4);
        CPPUNIT_ASSERT_EQUAL(0640U, modeOf(_path));
        const auto connected = sockets::connectLocal(_path);
        CPPUNIT_ASSERT(connected.result.kind == IoResult::Kind::done);
        auto socket = listener.socket();
        const auto accepted = sockets::accept(socket);
        CPPUNIT_ASSERT(accepted.result.kind == IoResult::Kind::done);
        CPPUNIT_ASSERT(sockets::send(accepted.transport->handle(), "x").kind == IoResult::Kind::done);
        char byte = 0;
        CPPUNIT_ASSERT(sockets::receive(connected.socket.impl()->sockfd(), &byte, 1).kind == IoResult::Kind::done);
        CPPUNIT_ASSERT(sockets::accept(socket).result.kind == IoResult::Kind::wouldBlock);
    }
    CPPUNIT_ASSERT(!Poco::File(_path).exists());
    CPPUNIT_ASSERT(sockets::connectLocal(_path).result.kind == IoResult::Kind::failed);
}

TEST(SocketsLocalTest, replacesTheSocketOfAProgramThatHasEnded)
{
    auto ended = std::make_unique<sockets::LocalListener>(_path, 0600, 1);
    const std::string kept = _path + ".kept";
    CPPUNIT_ASSERT_EQUAL(0, ::rename(_path.c_str(), kept.c_str())); // so that its file stays
    ended.reset();
    CPPUNIT_ASSERT_EQUAL(0, ::rename(kept.c_str(), _path.c_str()));
    const sockets::LocalListener next(_path, 0600, 1);
    CPPUNIT_ASSERT(sockets::connectLocal(_path).result.kind == IoResult::Kind::done);
}

TEST(SocketsLocalTest, replacesNeitherALivingSocketNorAnotherFile)
{
    const sockets::LocalListener living(_path, 0600, 1);
    CPPUNIT_ASSERT_EQUAL("cannot listen on unix:" + _path + ": a running program listens there", refusalAt(_path));
    CPPUNIT_ASSERT(sockets::connectLocal(_path).result.kind == IoResult::Kind::done);
    const std::string file = _folder.path() + "/file";
    std::ofstream(file) << "kept";
    CPPUNIT_ASSERT_EQUAL("cannot listen on unix:" + file + ": there is a file that is no socket", refusalAt(file));
    CPPUNIT_ASSERT(Poco::File(file).getSize() == 4);
}

TEST(SocketsLocalTest, removesNoFileOfAnother)
{
    auto first = std::make_unique<sockets::LocalListener>(_path, 0600, 1);
    CPPUNIT_ASSERT_EQUAL(0, ::unlink(_path.c_str()));
    const sockets::LocalListener second(_path, 0600, 1);
    first.reset();
    CPPUNIT_ASSERT(sockets::connectLocal(_path).result.kind == IoResult::Kind::done);
}

TEST(SocketsLocalTest, tellsWhyItCannotListen)
{
    const std::string missing = _folder.path() + "/none/admin.sock";
    CPPUNIT_ASSERT_EQUAL("cannot listen on unix:" + missing + ": No such file or directory (ENOENT)",
                         refusalAt(missing));
    CPPUNIT_ASSERT(refusalAt("/" + std::string(200, 'x')).find("File name too long") != std::string::npos);
}

} // namespace proximux
