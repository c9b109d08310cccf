#include "support/Certificates.h"
#include "support/Test.h"

#include <app/TlsWatch.h>
#include <proximux/config/TlsFiles.h>

#include <Poco/FileStream.h>

#include <memory>
#include <string>
#include <utility>

namespace proximux
{

/// When certificates are read again.
class TlsWatchTest : public CppUnit::TestCase
{
protected:
    TlsWatchTest()
    {
        _configuration.targets.resize(1);
        _configuration.targets.front().tls.use = TlsSettings::Use::on;
        _configuration.targets.front().tls.ca = _certificate.path();
        read();
    }

    void read() { CPPUNIT_ASSERT(readTlsFiles(_configuration).empty()); }

    void write(const std::string& text) { Poco::FileOutputStream(_certificate.path()) << text; }

    bool haveChanged(bool areGood = true)
    {
        return _watch.haveChanged({std::make_shared<const Configuration>(_configuration)}, areGood);
    }

    CertificateFile _certificate{"a.test"};
    Configuration _configuration;
    TlsWatch _watch;
};

TEST(TlsWatchTest, whatIsInForceHasNotChanged)
{
    CPPUNIT_ASSERT(!haveChanged());
    Poco::FileOutputStream(_certificate.path(), std::ios::app) << "\n";
    CPPUNIT_ASSERT(haveChanged());
    read();
    CPPUNIT_ASSERT(!haveChanged());
}

TEST(TlsWatchTest, eachChangeIsToldOnce)
{
    write("nothing\n");
    CPPUNIT_ASSERT(haveChanged());
    for (int i = 0; i < 3; ++i)
        CPPUNIT_ASSERT(!haveChanged(false)); // it was refused
    write("nothing more\n");
    CPPUNIT_ASSERT(haveChanged(false));
    CPPUNIT_ASSERT(!haveChanged(false));
}

TEST(TlsWatchTest, filesThatAreGoodAgainAreReadOnceMore)
{
    std::string& path = _configuration.targets.front().tls.ca;
    const std::string good = std::exchange(path, "/none"); // as if a link in it led elsewhere
    CPPUNIT_ASSERT(haveChanged());
    path = good;
    CPPUNIT_ASSERT(haveChanged(false));
    CPPUNIT_ASSERT(!haveChanged());
}

} // namespace proximux
