#include "DemonstrationFixture.h"
#include "StartupFixture.h"

#include <app/DemonstrationCertificate.h>

#include <Poco/File.h>
#include <Poco/Path.h>

namespace proximux
{

/// The demonstration with --tls, of a program that has TLS.
class TlsDemonstrationTest : public DemonstrationFixture
{
};

TEST(TlsDemonstrationTest, itsClientsVerifyTheCertificate)
{
    std::string story;
    CPPUNIT_ASSERT_MESSAGE(story, play(story, -1, Security::tls));
    for (const char* part : {"clients  -TLS->  proximux", "client 3: 3 of 3 requests answered", "over TLSv1.3.",
                             "try it: openssl s_client -quiet -CAfile \""})
        expect(story, part);
    CPPUNIT_ASSERT_MESSAGE(story, story.find("FAILED") == std::string::npos);
}

TEST(TlsDemonstrationTest, aClientThatIsRefusedFails)
{
    std::string story;
    CPPUNIT_ASSERT(!play(story, 1, Security::tls));
    expect(story, "The demonstration FAILED for ");
    CPPUNIT_ASSERT_MESSAGE(story, story.find("try it") == std::string::npos);
}

TEST(TlsDemonstrationTest, theCertificateGoesWithIt)
{
    std::string path;
    {
        const DemonstrationCertificate made;
        path = made.path();
        CPPUNIT_ASSERT(Poco::File(path).exists());
        CPPUNIT_ASSERT(DemonstrationCertificate().path() != path);
    }
    CPPUNIT_ASSERT(!Poco::File(path).exists());
    CPPUNIT_ASSERT(!Poco::File(Poco::Path(path).parent()).exists());
}

/// Its start by the command line.
class TlsDemonstrationStartTest : public StartupFixture
{
};

TEST(TlsDemonstrationStartTest, theCommandLineIsLaidOverIt)
{
    std::string path;
    {
        const StartupResult result = StartupFixture::start({"proximux", "--demo", "--tls", "--listen", "4000"});
        CPPUNIT_ASSERT(result.configuration && result.configuration->local.tls.use == TlsSettings::Use::on);
        CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1:4000"), result.configuration->local.endpoint.toString());
        path = result.configuration->local.tls.certificates.front();
        CPPUNIT_ASSERT(Poco::File(path).exists());
    }
    CPPUNIT_ASSERT(!Poco::File(path).exists());
}

} // namespace proximux
