#include "support/Test.h"

#include <app/OptionStyle.h>

#include <string>
#include <utility>

using namespace proximux;

class OptionStyleTest : public CppUnit::TestCase
{
};

TEST(OptionStyleTest, takesOptionsBehindASlash)
{
    const Options options{{"--listen", "-l", "PORT", "", false, nullptr}, {"--help", "-h", "", "", false, nullptr}};
    const std::pair<const char*, const char*> cases[] = {{"/listen=3307", "--listen=3307"},
                                                         {"/LISTEN", "--listen"},
                                                         {"/?", "--help"},
                                                         {"/tmp/x.ini", "/tmp/x.ini"},
                                                         {"/other=1", "/other=1"},
                                                         {"--listen=/x", "--listen=/x"},
                                                         {"/", "/"},
                                                         {"listen=1", "listen=1"}};
    for (const auto& [given, expected] : cases)
        CPPUNIT_ASSERT_EQUAL(std::string(expected), inOwnStyle(options, given));
}
