#include "support/Certificates.h"
#include "unit/config/LoadingFixture.h"

#include <proximux/config/ConfigurationChanges.h>
#include <proximux/config/TlsFiles.h>

namespace proximux
{

/// The settings of TLS towards targets.
class TlsSettingsTest : public LoadingFixture
{
protected:
    static LoadResult withTls(const Environment& more)
    {
        Environment environment = least();
        environment["PROXIMUX_TARGET_1_TLS"] = "on";
        for (const auto& [key, value] : more)
            environment["PROXIMUX_TARGET_1_" + key] = value;
        return fromEnvironment(environment);
    }

    const CertificateFile certificate{"a.test", "DNS:a.test"};
};

TEST(TlsSettingsTest, thereIsNoneByDefault)
{
    const TargetTls tls = good(fromEnvironment(least())).targets.front().tls;
    CPPUNIT_ASSERT(!tls.isOn());
    CPPUNIT_ASSERT(!tls.context);
    CPPUNIT_ASSERT(tls.verify == TargetTls::Verify::full);
    CPPUNIT_ASSERT(tls.minVersion == TlsVersion::tls12);
    CPPUNIT_ASSERT_EQUAL(std::string(TlsSettings::CIPHERS), tls.ciphers);
    CPPUNIT_ASSERT(tls.resume);
}

TEST(TlsSettingsTest, filesAreRead)
{
    const TargetTls tls = good(withTls({{"TLS_CA", certificate.path()},
                                        {"TLS_CERTIFICATE", certificate.path()},
                                        {"TLS_ALPN", "one, two"},
                                        {"TLS_MIN_VERSION", "1.3"}}))
                              .targets.front()
                              .tls;
    CPPUNIT_ASSERT(tls.context);
    CPPUNIT_ASSERT(!tls.fingerprint.empty());
    CPPUNIT_ASSERT((tls.alpn == std::vector<std::string>{"one", "two"}));
    CPPUNIT_ASSERT(tls.minVersion == TlsVersion::tls13);
}

TEST(TlsSettingsTest, mistakesNameTheSetting)
{
    assertMistake(withTls({{"TLS_CA", "/no/such"}}),
                  "target.1.tls_ca = /no/such (environment PROXIMUX_TARGET_1_TLS_CA): /no/such cannot be read: ");
    assertMistake(withTls({{"TLS_CIPHERS", "NONE"}}),
                  "target.1.tls_ciphers = NONE (environment PROXIMUX_TARGET_1_TLS_CIPHERS): OpenSSL knows no cipher");
    assertMistake(withTls({{"TLS_KEY", certificate.path()}}), "target.1.tls_key");
    assertMistake(withTls({{"TLS_CRL", certificate.path()}}), "holds no list of revoked certificates");
    for (const auto& [key, wrong] :
         {std::pair("TLS", "starttls"), std::pair("TLS_VERIFY", "some"), std::pair("TLS_MIN_VERSION", "1.1"),
          std::pair("TLS_ALPN", "a,,b"), std::pair("TLS_RESUME", "maybe"), std::pair("TLS_NAME", "a b")})
        assertMistake(withTls({{key, wrong}}), "expected ");
}

TEST(TlsSettingsTest, itBeginsInsideOfSomeProtocols)
{
    Environment environment{{"TLS", "starttls"}, {"TLS_CA", certificate.path()}};
    const auto choose = [this, &environment](const char* protocol, const char* mode)
    {
        Environment chosen = least();
        chosen["PROXIMUX_EXCHANGE_MODE"] = mode;
        chosen["PROXIMUX_EXCHANGE_PROTOCOL"] = protocol;
        chosen["PROXIMUX_LOCAL_TLS"] = "starttls";
        chosen["PROXIMUX_LOCAL_TLS_CERTIFICATE"] = certificate.path();
        if (mode != std::string("proxy"))
            chosen["PROXIMUX_AUTH_METHOD"] = "trust";
        for (const auto& [key, value] : environment)
            chosen["PROXIMUX_TARGET_1_" + key] = value;
        return fromEnvironment(chosen);
    };
    for (const char* protocol : {"postgresql", "mysql"})
        for (const char* mode : {"proxy", "fifo", "funnel"})
        {
            const Configuration configuration = good(choose(protocol, mode));
            CPPUNIT_ASSERT(configuration.local.tls.startsInside());
            CPPUNIT_ASSERT(configuration.targets.front().tls.startsInside());
            CPPUNIT_ASSERT(configuration.local.tls.context);
        }
    environment.clear();
    good(choose("postgresql", "proxy"));
    good(choose("mysql", "funnel")); // Proximux itself lets clients in
    assertMistake(choose("mysql", "proxy"), "local.tls = starttls");
}

TEST(TlsSettingsTest, whatHasNoEffectIsAMistake)
{
    assertMistake(
        with("PROXIMUX_TARGET_1_TLS_CA", "/x"),
        "target.1.tls_ca = /x (environment PROXIMUX_TARGET_1_TLS_CA): has no effect without target.1.tls; expected "
        "target.1.tls = on, or no value");
    good(with("PROXIMUX_TARGET_1_TLS_VERIFY", "full")); // the default
    assertMistake(withTls({{"TLS_VERIFY", "none"}, {"TLS_CA", certificate.path()}}),
                  "tls_ca and tls_crl have no effect with it");
}

TEST(TlsSettingsTest, whatIsInTheFilesCounts)
{
    const CertificateFile other("b.test");
    const Configuration a = good(withTls({{"TLS_CA", certificate.path()}}));
    const Configuration again = good(withTls({{"TLS_CA", certificate.path()}}));
    const Configuration b = good(withTls({{"TLS_CA", other.path()}}));
    CPPUNIT_ASSERT(isSecuredAlike(a.targets.front().tls, again.targets.front().tls));
    CPPUNIT_ASSERT(!isSecuredAlike(a.targets.front().tls, b.targets.front().tls));
    CPPUNIT_ASSERT(changesOf(a, again).changed.empty());
    Configuration renewed = again;
    renewed.targets.front().tls.fingerprint = b.targets.front().tls.fingerprint;
    CPPUNIT_ASSERT_EQUAL(std::string("target.1.tls: what is in its files"), changesOf(a, renewed).changed.front());
}

TEST(TlsSettingsTest, filesAreWatched)
{
    CPPUNIT_ASSERT_EQUAL(Duration::seconds(60).us, good(fromEnvironment(least())).tls.watch.us);
    CPPUNIT_ASSERT(good(with("PROXIMUX_TLS_WATCH", "0")).tls.watch.isOff());
    CPPUNIT_ASSERT_EQUAL(Duration::seconds(1).us, good(with("PROXIMUX_TLS_WATCH", "1s")).tls.watch.us);
    for (const char* wrong : {"999ms", "25h", "often"})
        assertMistake(with("PROXIMUX_TLS_WATCH", wrong), "tls.watch = ");
    const Configuration read = good(withTls({{"TLS_CA", certificate.path()}}));
    CPPUNIT_ASSERT(!read.tls.stamp.empty());
    CPPUNIT_ASSERT_EQUAL(read.tls.stamp, stampOfTlsFiles(read));
    CPPUNIT_ASSERT_EQUAL(std::string(), good(fromEnvironment(least())).tls.stamp);
}

TEST(TlsSettingsTest, clientsNeedACertificateOfOurs)
{
    const auto serving = [](Environment more)
    {
        Environment environment = least();
        environment["PROXIMUX_LOCAL_TLS"] = "on";
        environment.merge(more);
        return fromEnvironment(environment);
    };
    const std::string file = certificate.path();
    assertMistake(serving({}), "local.tls = on (environment PROXIMUX_LOCAL_TLS): needs a certificate");
    CPPUNIT_ASSERT(good(serving({{"PROXIMUX_LOCAL_TLS_CERTIFICATE", file}})).local.tls.context);
    assertMistake(serving({{"PROXIMUX_LOCAL_TLS_CERTIFICATE", file}, {"PROXIMUX_LOCAL_TLS_KEY", file + "," + file}}),
                  "expected as many keys");
    assertMistake(serving({{"PROXIMUX_LOCAL_TLS_CERTIFICATE", file}, {"PROXIMUX_LOCAL_TLS_CLIENT", "required"}}),
                  "expected local.tls_client_ca, or none");
    assertMistake(with("PROXIMUX_LOCAL_TLS_CERTIFICATE", file), "has no effect without local.tls");
}

} // namespace proximux
