#include "support/Test.h"

#include <proximux/net/SocketsLocal.h>
#include <proximux/net/Transport.h>

#include <Poco/Exception.h>
#include <Poco/File.h>
#include <Poco/TemporaryFile.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

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
            const sockets::LocalListener listener(path, {0600, {}}, 1);
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
        sockets::LocalListener listener(_path, {0640, {}}, 4);
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
    auto ended = std::make_unique<sockets::LocalListener>(_path, sockets::LocalAccess{0600, {}}, 1);
    const std::string kept = _path + ".kept";
    CPPUNIT_ASSERT_EQUAL(0, ::rename(_path.c_str(), kept.c_str())); // so that its file stays
    ended.reset();
    CPPUNIT_ASSERT_EQUAL(0, ::rename(kept.c_str(), _path.c_str()));
    const sockets::LocalListener next(_path, {0600, {}}, 1);
    CPPUNIT_ASSERT(sockets::connectLocal(_path).result.kind == IoResult::Kind::done);
}

TEST(SocketsLocalTest, replacesNeitherALivingSocketNorAnotherFile)
{
    const sockets::LocalListener living(_path, {0600, {}}, 1);
    CPPUNIT_ASSERT_EQUAL("cannot listen on unix:" + _path + ": a running program listens there", refusalAt(_path));
    CPPUNIT_ASSERT(sockets::connectLocal(_path).result.kind == IoResult::Kind::done);
    const std::string file = _folder.path() + "/file";
    std::ofstream(file) << "kept";
    CPPUNIT_ASSERT_EQUAL("cannot listen on unix:" + file + ": there is a file that is no socket", refusalAt(file));
    CPPUNIT_ASSERT(Poco::File(file).getSize() == 4);
}

TEST(SocketsLocalTest, removesNoFileOfAnother)
{
    auto first = std::make_unique<sockets::LocalListener>(_path, sockets::LocalAccess{0600, {}}, 1);
    CPPUNIT_ASSERT_EQUAL(0, ::unlink(_path.c_str()));
    const sockets::LocalListener second(_path, {0600, {}}, 1);
    first.reset();
    CPPUNIT_ASSERT(sockets::connectLocal(_path).result.kind == IoResult::Kind::done);
}

TEST(SocketsLocalTest, leavesNoTraceOfHowItWasMade)
{
    const sockets::LocalListener listener(_path, {0600, {}}, 1);
    std::vector<std::string> files;
    Poco::File(_folder.path()).list(files);
    CPPUNIT_ASSERT(std::vector<std::string>{"admin.sock"} == files);
}

TEST(SocketsLocalTest, usesAPathWithoutRoomForALongerName)
{
    const std::string path = _folder.path() + "/" + std::string(102 - _folder.path().size(), 'x');
    auto ended = std::make_unique<sockets::LocalListener>(path, sockets::LocalAccess{0600, {}}, 1);
    CPPUNIT_ASSERT(sockets::connectLocal(path).result.kind == IoResult::Kind::done);
    CPPUNIT_ASSERT_EQUAL("cannot listen on unix:" + path + ": a running program listens there", refusalAt(path));
    ended.reset();
    CPPUNIT_ASSERT(!Poco::File(path).exists());
}

TEST(SocketsLocalTest, changesWhoMayConnect)
{
    const sockets::LocalListener listener(_path, {0600, {}}, 1);
    listener.permit({0666, std::to_string(::getgid())});
    CPPUNIT_ASSERT_EQUAL(0666U, modeOf(_path));
    try
    {
        listener.permit({0666, "no-such-group"});
        CPPUNIT_FAIL("a group that is not there");
    }
    catch (const Poco::IOException& exception)
    {
        CPPUNIT_ASSERT_EQUAL("cannot listen on unix:" + _path + ": there is no group no-such-group",
                             exception.message());
    }
}

TEST(SocketsLocalTest, makesNoFileForAGroupThatIsNotThere)
{
    CPPUNIT_ASSERT_THROW(sockets::LocalListener(_path, {0600, "no-such-group"}, 1), Poco::IOException);
    std::vector<std::string> files;
    Poco::File(_folder.path()).list(files);
    CPPUNIT_ASSERT(files.empty());
}

TEST(SocketsLocalTest, namesThePathOfAListener)
{
    const sockets::LocalListener listener(_path, {0600, {}}, 1);
    // it was bound to another name, under which systemd's sockets are never
    CPPUNIT_ASSERT(sockets::listeningPath(listener.socket().impl()->sockfd()).has_value());
    const auto connected = sockets::connectLocal(_path);
    CPPUNIT_ASSERT(!sockets::listeningPath(connected.socket.impl()->sockfd()));
    CPPUNIT_ASSERT(!sockets::listeningPath(-1));
}

TEST(SocketsLocalTest, tellsWhyItCannotListen)
{
    const std::string missing = _folder.path() + "/none/admin.sock";
    CPPUNIT_ASSERT_EQUAL("cannot listen on unix:" + missing + ": No such file or directory (ENOENT)",
                         refusalAt(missing));
    CPPUNIT_ASSERT(refusalAt("/" + std::string(200, 'x')).find("File name too long") != std::string::npos);
}

} // namespace proximux
