#include "support/Test.h"

#include "StartupFixture.h"

#include <proximux/config/TlsFiles.h>

namespace proximux
{

/// The demonstration with --tls, of a program that was built without.
class WithoutTlsDemonstrationTest : public StartupFixture
{
};

TEST(WithoutTlsDemonstrationTest, itIsRefused)
{
    expectMistake({"proximux", "--demo", "--tls"},
                  "--tls: this program was built without TLS; expected --demo alone\n");
    CPPUNIT_ASSERT_THROW(tls::makeCertificate("a", "", 1), Poco::RuntimeException);
}

} // namespace proximux
