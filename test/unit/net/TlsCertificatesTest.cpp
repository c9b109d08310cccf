#include "TlsFixture.h"

#include <proximux/net/TlsCertificates.h>

#include <Poco/FileStream.h>
#include <Poco/StreamCopier.h>
#include <Poco/TemporaryFile.h>

#include <ctime>

namespace proximux
{

/// What is known of clients by their certificates, and of the ends of ours.
class TlsCertificatesTest : public TlsFixture
{
protected:
    static constexpr std::int64_t A_DAY = 86400;

    /// What a server knows of a client with this certificate that asks for a.test.
    ClientTls known(TlsContext& clients, TlsContext& servers)
    {
        Ends ends(clients, servers);
        ends.handshake();
        CPPUNIT_ASSERT(ends.areReady());
        heard(*ends.client); // the ticket
        return ends.server->client();
    }

    /// A server that knows clients with this certificate.
    LocalTls asking(const CertificateFile& ofClient) const
    {
        LocalTls server = serving(certificate);
        server.clients = LocalTls::Clients::optional;
        server.clientCa = ofClient.path();
        return server;
    }

    TargetTls showing(const CertificateFile& ofClient) const
    {
        TargetTls client = trusting(certificate);
        client.certificate = ofClient.path();
        return client;
    }
};

TEST(TlsCertificatesTest, aClientIsKnownByItsCertificate)
{
    const CertificateFile mine("The web", "DNS:web.clients.test,DNS:web.test");
    LocalTls server = asking(mine);
    server.alpn = {"one"};
    TargetTls client = showing(mine);
    client.alpn = {"one"};
    const ClientTls told = known(*clientOf(client), *serverOf(server));
    CPPUNIT_ASSERT_EQUAL(std::string("TLSv1.3"), told.version);
    CPPUNIT_ASSERT_EQUAL(std::string("TLS_AES_256_GCM_SHA384"), told.cipher);
    CPPUNIT_ASSERT_EQUAL(std::string("a.test"), told.serverName);
    CPPUNIT_ASSERT_EQUAL(std::string("one"), told.alpn);
    CPPUNIT_ASSERT_EQUAL(std::string("The web"), told.name);
    server.clientNames = {"other", "*.clients.test"};
    CPPUNIT_ASSERT_EQUAL(std::string("web.clients.test"), known(*clientOf(client), *serverOf(server)).name);
}

TEST(TlsCertificatesTest, aClientWithoutOneHasNoName)
{
    const CertificateFile mine("web");
    const ClientTls told = known(*clientOf(trusting(certificate, "127.0.0.1")), *serverOf(asking(mine)));
    CPPUNIT_ASSERT_EQUAL(std::string(), told.name);
    CPPUNIT_ASSERT_EQUAL(std::string(), told.serverName); // an address is never asked for
    CPPUNIT_ASSERT_EQUAL(std::string(), told.alpn);
}

TEST(TlsCertificatesTest, aClientThatResumesItsSessionKeepsItsName)
{
    const CertificateFile mine("web");
    const auto clients = clientOf(showing(mine));
    const auto servers = serverOf(asking(mine));
    for (int i = 0; i < 2; ++i)
        CPPUNIT_ASSERT_EQUAL(std::string("web"), known(*clients, *servers).name);
}

TEST(TlsCertificatesTest, eachFileIsToldOnceWithTheEndOfItsChain)
{
    const CertificateFile later("b.test", "", 30);
    Poco::TemporaryFile chain;
    Poco::FileOutputStream both(chain.path());
    for (const CertificateFile* part : {&later, &certificate})
    {
        Poco::FileInputStream in(part->path());
        Poco::StreamCopier::copyStream(in, both);
    }
    both.close();
    Configuration configuration;
    configuration.local.tls.use = TlsSettings::Use::on;
    configuration.local.tls.certificates = {chain.path(), later.path(), later.path()};
    configuration.targets.resize(2);
    for (TargetSettings& target : configuration.targets)
    {
        target.tls = trusting(certificate);
        target.tls.use = TlsSettings::Use::on;
        target.tls.certificate = later.path();
    }
    CPPUNIT_ASSERT(certificatesForClients(configuration).empty()); // not read yet
    CPPUNIT_ASSERT(readTlsFiles(configuration).empty());
    const auto clients = certificatesForClients(configuration);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, clients.size());
    CPPUNIT_ASSERT_EQUAL(chain.path(), clients[0].file);
    CPPUNIT_ASSERT_EQUAL(std::string("CN=a.test"), clients[0].subject); // it ends first
    const auto now = static_cast<std::int64_t>(std::time(nullptr));
    CPPUNIT_ASSERT(clients[0].ends > now && clients[0].ends <= now + A_DAY);
    CPPUNIT_ASSERT(clients[1].ends > now + 29 * A_DAY && clients[1].ends <= now + 30 * A_DAY);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, certificatesForTargets(configuration).size());
}

TEST(TlsCertificatesTest, anOperatorIsToldInTime)
{
    const TlsCertificate one{"/a.pem", "CN=a.test", 1700000000};
    const auto told = [&one](std::int64_t before) { return expiryNotice(one, one.ends - before); };
    CPPUNIT_ASSERT_EQUAL(std::string(), told(14 * A_DAY + 1));
    CPPUNIT_ASSERT_EQUAL(
        std::string("/a.pem: the certificate of CN=a.test expires in 14 days, on 2023-11-14 22:13:20 UTC"),
        told(14 * A_DAY));
    CPPUNIT_ASSERT(told(A_DAY).find("expires in 1 day, on") != std::string::npos);
    CPPUNIT_ASSERT(told(1).find("expires in 0 days, on") != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(std::string("/a.pem: the certificate of CN=a.test has expired on 2023-11-14 22:13:20 UTC"),
                         told(0));
}

} // namespace proximux
