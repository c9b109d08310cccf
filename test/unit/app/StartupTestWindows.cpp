#include "support/Test.h"

#include "StartupFixture.h"

using namespace proximux;

class StartupWindowsTest : public StartupFixture
{
};

TEST(StartupWindowsTest, hasNoDaemons)
{
    for (const char* option : {"--daemon", "--pidfile=x", "--umask=027"})
        expectMistake(with({option}), ": this system has no daemons; expected --registerService");
}

TEST(StartupWindowsTest, takesOptionsBehindASlash)
{
    expectOutput({"/?"}, 0, "/registerService");
    expectOutput({"/Help", "exchange.pairing"}, 0, "Default:");
    expectOutput({"/check-config", "/listen=1", "/target=a:1", "/mode", "proxy"}, 0, "OK");
    expectMistake({"proximux", "/nothing"}, "/nothing: unexpected argument");
}
