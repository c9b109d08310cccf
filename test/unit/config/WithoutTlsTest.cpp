#include "unit/config/LoadingFixture.h"

namespace proximux
{

/// A configuration that wants TLS, of a program that was built without.
class WithoutTlsTest : public LoadingFixture
{
};

TEST(WithoutTlsTest, refusesWhatWouldNotBeProtected)
{
    const std::string mistake = ": this program was built without TLS; expected ";
    assertMistake(with("PROXIMUX_LOCAL_TLS", "on"),
                  "local.tls = on (environment PROXIMUX_LOCAL_TLS)" + mistake + "off");
    assertMistake(with("PROXIMUX_TARGET_1_TLS", "on"),
                  "target.1.tls = on (environment PROXIMUX_TARGET_1_TLS)" + mistake + "off");
    for (const char* name : {"PROXIMUX_LOCAL_TLS_CERTIFICATE", "PROXIMUX_TARGET_1_TLS_CA"})
        assertMistake(with(name, "a.pem"), std::string("(environment ") + name + ")" + mistake + "no value");
    good(with("PROXIMUX_LOCAL_TLS", "off"));
}

} // namespace proximux
