#include "TlsFixture.h"

#include <proximux/net/TlsOpenSsl.h>
#include <proximux/net/TlsOpenSslTickets.h>
#include <proximux/telemetry/Labels.h>

namespace proximux
{

/// Who is trusted, what is chosen, and why a handshake fails.
class TlsHandshakeTest : public TlsFixture
{
protected:
    /// Why the two do not come together: of the client, else of the server.
    static TlsFailure failureOf(const TargetTls& client, const LocalTls& server)
    {
        Ends ends(*clientOf(client), *serverOf(server));
        ends.handshake();
        CPPUNIT_ASSERT(!ends.areReady());
        return ends.clientState == IoResult::Kind::failed ? ends.client->failure() : ends.server->failure();
    }

    static bool comeTogether(const TargetTls& client, const LocalTls& server)
    {
        Ends ends(*clientOf(client), *serverOf(server));
        ends.handshake();
        return ends.areReady();
    }

    static SSL* connectionOf(TlsTransport& transport)
    {
        return dynamic_cast<openssl::Channel&>(transport).connection();
    }

    /// The name of the certificate that a client gets that asks for this one.
    static std::string shownFor(const std::string& name, const LocalTls& server)
    {
        TargetTls client;
        client.verify = TargetTls::Verify::none;
        client.name = name;
        Ends ends(*clientOf(client), *serverOf(server));
        ends.handshake();
        if (!ends.areReady())
            return toString(ends.client->failure().reason);
        return openssl::nameOf(X509_get_subject_name(SSL_get0_peer_certificate(connectionOf(*ends.client))));
    }
};

TEST(TlsHandshakeTest, aNameMustBeThatOfTheCertificate)
{
    CPPUNIT_ASSERT(comeTogether(trusting(certificate), serving(certificate)));
    CPPUNIT_ASSERT(comeTogether(trusting(certificate, "127.0.0.1"), serving(certificate)));
    const TlsFailure failure = failureOf(trusting(certificate, "b.test"), serving(certificate));
    CPPUNIT_ASSERT(failure.reason == TlsReason::name);
    CPPUNIT_ASSERT_EQUAL(std::string("HOSTNAME_MISMATCH"), failure.code);
    CPPUNIT_ASSERT_EQUAL(std::string("hostname mismatch, expected b.test (subject CN=a.test)"), failure.text);
    TargetTls chain = trusting(certificate, "b.test");
    chain.verify = TargetTls::Verify::chain;
    CPPUNIT_ASSERT(comeTogether(chain, serving(certificate)));
}

TEST(TlsHandshakeTest, onlyWhoIsTrustedIs)
{
    const CertificateFile other("a.test", "DNS:a.test");
    const TlsFailure failure = failureOf(trusting(certificate), serving(other));
    CPPUNIT_ASSERT(failure.reason == TlsReason::unknownCa);
    TargetTls none = trusting(certificate);
    none.verify = TargetTls::Verify::none;
    CPPUNIT_ASSERT(comeTogether(none, serving(other)));
}

TEST(TlsHandshakeTest, aCertificateIsChosenByName)
{
    const CertificateFile wild("wild", "DNS:*.b.test");
    LocalTls server = serving(certificate);
    server.certificates.push_back(wild.path());
    CPPUNIT_ASSERT_EQUAL(std::string("CN=a.test"), shownFor("a.test", server));
    CPPUNIT_ASSERT_EQUAL(std::string("CN=wild"), shownFor("x.b.test", server));
    CPPUNIT_ASSERT_EQUAL(std::string("CN=a.test"), shownFor("b.test", server));
    server.strictSni = true;
    CPPUNIT_ASSERT_EQUAL(std::string("CN=wild"), shownFor("x.b.test", server));
    CPPUNIT_ASSERT_EQUAL(std::string("name"), shownFor("b.test", server));
    CPPUNIT_ASSERT_EQUAL(std::string("CN=a.test"), shownFor("127.0.0.1", server));
}

TEST(TlsHandshakeTest, versionsAndCiphersAreAsSet)
{
    LocalTls server = serving(certificate);
    server.minVersion = TlsVersion::tls13;
    CPPUNIT_ASSERT(comeTogether(trusting(certificate), server));
    LocalTls narrow = serving(certificate);
    narrow.ciphersuites = "TLS_AES_128_GCM_SHA256";
    TargetTls client = trusting(certificate);
    client.minVersion = TlsVersion::tls13;
    client.ciphersuites = "TLS_AES_256_GCM_SHA384";
    CPPUNIT_ASSERT(failureOf(client, narrow).reason == TlsReason::noSharedCipher);
}

TEST(TlsHandshakeTest, aProtocolIsChosenInOurOrder)
{
    LocalTls server = serving(certificate);
    server.alpn = {"two", "one"};
    TargetTls client = trusting(certificate);
    client.alpn = {"one", "two"};
    Ends ends(*clientOf(client), *serverOf(server));
    ends.handshake();
    CPPUNIT_ASSERT(ends.areReady());
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(connectionOf(*ends.client), &chosen, &size);
    CPPUNIT_ASSERT_EQUAL(std::string("two"), std::string(reinterpret_cast<const char*>(chosen), size));
    client.alpn = {"three"};
    CPPUNIT_ASSERT(failureOf(client, server).text.find("no application protocol") != std::string::npos);
    client.alpn.clear();
    CPPUNIT_ASSERT(comeTogether(client, server));
}

TEST(TlsHandshakeTest, clientsMayNeedACertificate)
{
    const CertificateFile mine("web.clients.test");
    const CertificateFile strange("web.clients.test");
    LocalTls server = serving(certificate);
    server.minVersion = TlsVersion::tls12;
    server.clientCa = mine.path();
    TargetTls without = trusting(certificate);
    TargetTls with = without;
    with.certificate = mine.path();
    TargetTls wrong = without;
    wrong.certificate = strange.path();
    const auto refuses = [&server](const TargetTls& client)
    {
        Ends ends(*clientOf(client), *serverOf(server));
        ends.handshake();
        return ends.serverState == IoResult::Kind::failed;
    };
    for (const auto needed : {LocalTls::Clients::optional, LocalTls::Clients::required})
    {
        server.clients = needed;
        CPPUNIT_ASSERT(!refuses(with));
        CPPUNIT_ASSERT(refuses(wrong));
        CPPUNIT_ASSERT_EQUAL(needed == LocalTls::Clients::required, refuses(without));
    }
    server.clientNames = {"*.clients.test"};
    CPPUNIT_ASSERT(!refuses(with));
    server.clientNames = {"*.test", "clients.test"};
    CPPUNIT_ASSERT(refuses(with));
}

TEST(TlsHandshakeTest, sessionsAreResumedUnlessTheyMustNot)
{
    for (const bool tickets : {true, false})
        for (const auto version : {TlsVersion::tls12, TlsVersion::tls13})
        {
            LocalTls server = serving(certificate);
            server.tickets = tickets;
            TargetTls client = trusting(certificate);
            client.minVersion = version;
            const auto clients = clientOf(client);
            const auto servers = serverOf(server);
            for (const bool first : {true, false})
            {
                Ends ends(*clients, *servers);
                ends.handshake();
                CPPUNIT_ASSERT(ends.areReady());
                heard(*ends.client); // the ticket
                CPPUNIT_ASSERT_EQUAL(tickets && !first, SSL_session_reused(connectionOf(*ends.client)) == 1);
            }
        }
}

TEST(TlsHandshakeTest, keysOfTicketsAreRenewed)
{
    using openssl::TicketKeys;
    const TicketKeys::Clock::time_point begin;
    TicketKeys keys(begin);
    const TicketKeys::Key first = keys.current(begin);
    CPPUNIT_ASSERT(keys.current(begin + TicketKeys::LIFE - std::chrono::seconds(1)).name == first.name);
    TicketKeys::Key found;
    bool isOld = true;
    CPPUNIT_ASSERT(keys.find(first.name.data(), found, isOld, begin));
    CPPUNIT_ASSERT(!isOld);
    const auto later = begin + TicketKeys::LIFE;
    CPPUNIT_ASSERT(keys.current(later).name != first.name);
    CPPUNIT_ASSERT(keys.find(first.name.data(), found, isOld, later));
    CPPUNIT_ASSERT(isOld && found.secret == first.secret);
    CPPUNIT_ASSERT(!keys.find(first.name.data(), found, isOld, later + TicketKeys::LIFE));
    const TicketKeys::Key third = keys.current(later + TicketKeys::LIFE);
    CPPUNIT_ASSERT(!keys.find(third.name.data(), found, isOld, later + 3 * TicketKeys::LIFE));
}

TEST(TlsHandshakeTest, whatIsNotTlsIsShown)
{
    Way in;
    Way out;
    const auto servers = serverOf(serving(certificate));
    for (const auto& [said, shown] : {std::pair{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1"},
                                      {"*1\r\n$4\r\nPING\r\n", "*1"},
                                      {"\x01\x02\x03 and so on", "??? and so on"}})
    {
        in = {};
        in.bytes = said;
        const auto server = servers->begin(std::make_unique<Memory>(in, out));
        CPPUNIT_ASSERT(server->handshake() == IoResult::Kind::failed);
        CPPUNIT_ASSERT(server->failure().reason == TlsReason::notTls);
        CPPUNIT_ASSERT_EQUAL(std::string("not TLS: it begins with ") + shown, server->failure().text);
    }
}

TEST(TlsHandshakeTest, anEndAndAnAlertAreToldApart)
{
    Way in;
    Way out;
    in.ended = true;
    const auto closed = clientOf(trusting(certificate))->begin(std::make_unique<Memory>(in, out));
    CPPUNIT_ASSERT(closed->handshake() == IoResult::Kind::failed);
    CPPUNIT_ASSERT(closed->failure().reason == TlsReason::closed);
    in.bytes = std::string("\x15\x03\x03\x00\x02\x02\x28", 7); // handshake_failure
    const auto alerted = clientOf(trusting(certificate))->begin(std::make_unique<Memory>(in, out));
    CPPUNIT_ASSERT(alerted->handshake() == IoResult::Kind::failed);
    CPPUNIT_ASSERT(alerted->failure().reason == TlsReason::noSharedCipher);
    CPPUNIT_ASSERT_EQUAL(std::string("the peer sent the alert \"handshake failure\""), alerted->failure().text);
}

} // namespace proximux
