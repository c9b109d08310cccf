#include "TlsFixture.h"

#include <proximux/net/TlsOpenSsl.h>

namespace proximux
{

/// Bytes through TLS, and its end.
class TlsChannelTest : public TlsFixture
{
protected:
    TlsChannelTest()
        : ends(*clientOf(trusting(certificate)), *serverOf(serving(certificate)))
    {
    }

    void connect()
    {
        ends.handshake();
        CPPUNIT_ASSERT_MESSAGE(ends.client->failure().text + ends.server->failure().text, ends.areReady());
    }

    Ends ends;
};

TEST(TlsChannelTest, passesBytesThatComeInPiecesOfAnySize)
{
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{5}, std::size_t{333}})
    {
        Ends pieces(*clientOf(trusting(certificate)), *serverOf(serving(certificate)));
        pieces.toClient.step = pieces.toServer.step = step;
        pieces.handshake();
        CPPUNIT_ASSERT(pieces.areReady());
        for (const std::string said : {"a", "hello", "the end"})
        {
            CPPUNIT_ASSERT_EQUAL(said.size(), pieces.client->send(said).bytes);
            CPPUNIT_ASSERT_EQUAL(said, heard(*pieces.server));
            CPPUNIT_ASSERT_EQUAL(said.size(), pieces.server->send(said).bytes);
            CPPUNIT_ASSERT_EQUAL(said, heard(*pieces.client));
        }
    }
}

TEST(TlsChannelTest, aRecordThatIsCutAnywhereIsWaitedFor)
{
    connect();
    ends.client->send("cut here");
    const std::string record = std::exchange(ends.toServer.bytes, std::string());
    for (std::size_t at = 0; at < record.size(); ++at)
    {
        CPPUNIT_ASSERT_EQUAL(std::string(), heard(*ends.server));
        CPPUNIT_ASSERT_EQUAL(0U, ends.server->needs());
        ends.toServer.bytes += record[at];
    }
    CPPUNIT_ASSERT_EQUAL(std::string("cut here"), heard(*ends.server));
}

TEST(TlsChannelTest, aRepeatedWriteMayComeFromElsewhere)
{
    connect();
    ends.toServer.room = 20000;
    const std::string all = std::string(100000, 'x') + std::string(50000, 'y');
    std::string received;
    std::size_t sent = 0;
    for (std::size_t known = 100000; received.size() < all.size(); known = all.size())
    {
        const std::string elsewhere = all.substr(sent, known - sent); // and longer than before
        const IoResult result = ends.client->send(elsewhere);
        CPPUNIT_ASSERT(result.kind != IoResult::Kind::failed);
        const std::string more = heard(*ends.server);
        CPPUNIT_ASSERT(result.bytes + more.size() > 0);
        sent += result.bytes;
        received += more;
    }
    CPPUNIT_ASSERT(received == all);
}

TEST(TlsChannelTest, whatIsAtHandIsTold)
{
    connect();
    ends.server->send(std::string(5000, 'z'));
    char bytes[2000];
    for (int i = 0; i < 2; ++i)
    {
        CPPUNIT_ASSERT_EQUAL(sizeof bytes, ends.client->receive(bytes, sizeof bytes).bytes);
        CPPUNIT_ASSERT_EQUAL(unsigned{Transport::readPending}, ends.client->needs());
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{1000}, ends.client->receive(bytes, sizeof bytes).bytes);
    CPPUNIT_ASSERT_EQUAL(0U, ends.client->needs());
}

/// Bytes and the end may come in one piece, behind which the socket tells nothing more.
TEST(TlsChannelTest, anEndBehindBytesIsAtHand)
{
    connect();
    ends.server->send("the last");
    ends.server->shutdownSend();
    std::string bytes(65536, '\0');
    CPPUNIT_ASSERT_EQUAL(std::size_t{8}, ends.client->receive(bytes.data(), bytes.size()).bytes);
    CPPUNIT_ASSERT_EQUAL(unsigned{Transport::readPending}, ends.client->needs());
    CPPUNIT_ASSERT(ends.client->receive(bytes.data(), bytes.size()).kind == IoResult::Kind::ended);
    CPPUNIT_ASSERT_EQUAL(0U, ends.client->needs());
}

TEST(TlsChannelTest, ticketsAreNoBytes)
{
    connect();
    CPPUNIT_ASSERT(!ends.toClient.bytes.empty());
    CPPUNIT_ASSERT(ends.client->peek().kind == IoResult::Kind::wouldBlock);
    ends.server->send("x");
    CPPUNIT_ASSERT(ends.client->peek().kind == IoResult::Kind::done);
    CPPUNIT_ASSERT_EQUAL(unsigned{Transport::readPending}, ends.client->needs());
    CPPUNIT_ASSERT_EQUAL(std::string("x"), heard(*ends.client));
}

TEST(TlsChannelTest, anEndLeavesTheOtherDirection)
{
    connect();
    ends.client->send("question");
    ends.client->shutdownSend();
    CPPUNIT_ASSERT(ends.toServer.ended);
    CPPUNIT_ASSERT_EQUAL(std::string("question"), heard(*ends.server));
    CPPUNIT_ASSERT(end(*ends.server) == IoResult::Kind::ended);
    ends.server->send("answer");
    CPPUNIT_ASSERT_EQUAL(std::string("answer"), heard(*ends.client));
}

TEST(TlsChannelTest, anEndThatCannotBeSentIsSentLater)
{
    connect();
    ends.toServer.room = 0;
    ends.client->shutdownSend();
    CPPUNIT_ASSERT_EQUAL(unsigned{Transport::endNeedsWritable}, ends.client->needs());
    CPPUNIT_ASSERT(Interest({false, true}) == ends.client->wants({false, false}));
    CPPUNIT_ASSERT(!ends.toServer.ended);
    ends.toServer.room = 1000;
    ends.client->shutdownSend();
    CPPUNIT_ASSERT_EQUAL(0U, ends.client->needs());
    CPPUNIT_ASSERT(end(*ends.server) == IoResult::Kind::ended);
}

TEST(TlsChannelTest, aCutIsNoEndUnlessItMayBe)
{
    for (const bool allowed : {false, true})
    {
        Ends cut(*clientOf(trusting(certificate)), *serverOf(serving(certificate)));
        cut.handshake();
        CPPUNIT_ASSERT(cut.areReady());
        if (allowed)
            cut.client->allowTruncation();
        heard(*cut.client);
        cut.toClient.ended = true;
        char byte = 0;
        const IoResult result = cut.client->receive(&byte, 1);
        CPPUNIT_ASSERT(result.kind == (allowed ? IoResult::Kind::ended : IoResult::Kind::failed));
        if (!allowed)
            CPPUNIT_ASSERT_EQUAL(std::string("ETRUNCATED"), cut.client->describe(result.error).name);
    }
}

TEST(TlsChannelTest, closingEndsInOrderUnlessItIsAReset)
{
    for (const bool reset : {false, true})
    {
        Ends closed(*clientOf(trusting(certificate)), *serverOf(serving(certificate)));
        closed.handshake();
        CPPUNIT_ASSERT(closed.areReady());
        heard(*closed.client);
        if (reset)
            closed.server->resetOnClose();
        closed.server.reset();
        closed.toClient.ended = true;
        CPPUNIT_ASSERT(end(*closed.client) == (reset ? IoResult::Kind::failed : IoResult::Kind::ended));
    }
}

TEST(TlsChannelTest, aForgedRecordIsAFailure)
{
    connect();
    heard(*ends.client);
    ends.server->send("genuine");
    ends.toClient.bytes.back() = static_cast<char>(ends.toClient.bytes.back() ^ 1);
    char byte = 0;
    const IoResult result = ends.client->receive(&byte, 1);
    CPPUNIT_ASSERT(result.kind == IoResult::Kind::failed);
    CPPUNIT_ASSERT_EQUAL(std::string("ETLS"), ends.client->describe(result.error).name);
    CPPUNIT_ASSERT(ends.client->receive(&byte, 1).kind == IoResult::Kind::failed);
}

/// The peer renews its key and wants ours renewed, while nothing can be sent: that waits until something is.
TEST(TlsChannelTest, keysAreRenewed)
{
    connect();
    heard(*ends.client);
    auto& server = dynamic_cast<openssl::Channel&>(*ends.server);
    CPPUNIT_ASSERT_EQUAL(1, SSL_key_update(server.connection(), SSL_KEY_UPDATE_REQUESTED));
    ends.server->send("new key");
    ends.toServer.room = 0;
    CPPUNIT_ASSERT_EQUAL(std::string("new key"), heard(*ends.client));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, ends.client->send("question").bytes);
    ends.toServer.room = 10000;
    CPPUNIT_ASSERT_EQUAL(std::size_t{8}, ends.client->send("question").bytes);
    CPPUNIT_ASSERT_EQUAL(std::string("question"), heard(*ends.server));
    ends.server->send("answer");
    CPPUNIT_ASSERT_EQUAL(std::string("answer"), heard(*ends.client));
    CPPUNIT_ASSERT_EQUAL(0U, ends.client->needs());
}

} // namespace proximux
