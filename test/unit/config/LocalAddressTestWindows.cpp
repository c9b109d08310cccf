#include "unit/config/LoadingFixture.h"

namespace proximux
{

/// UNIX sockets in a configuration of a system that has none.
class LocalAddressWindowsTest : public LoadingFixture
{
};

TEST(LocalAddressWindowsTest, areRefused)
{
    for (const char* name : {"PROXIMUX_LOCAL_PATH", "PROXIMUX_TARGET_2_PATH"})
        assertMistake(with(name, "/run/a.sock"), std::string(" = /run/a.sock (environment ") + name +
                                                     "): this system has no UNIX sockets; expected ");
    for (const char* name : {"PROXIMUX_ACCESS_HOOK", "PROXIMUX_ADMIN_LISTEN"})
        assertMistake(with(name, "unix:/run/a.sock"), std::string(" = unix:/run/a.sock (environment ") + name +
                                                          "): this system has no UNIX sockets; expected ");
}

} // namespace proximux
