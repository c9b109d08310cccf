#include "support/Test.h"

#include <proximux/system/Surroundings.h>

#include <Poco/Environment.h>
#include <Poco/Path.h>

#include <string>

using namespace proximux;

class SurroundingsTest : public CppUnit::TestCase
{
};

TEST(SurroundingsTest, environmentIsUtf8)
{
    Poco::Environment::set("PROXIMUX_SURROUNDINGS_TEST", "caf\xC3\xA9 = \xE2\x82\xAC"); // beyond any code page
    CPPUNIT_ASSERT_EQUAL(std::string("caf\xC3\xA9 = \xE2\x82\xAC"),
                         surroundings::environment().at("PROXIMUX_SURROUNDINGS_TEST"));
}

TEST(SurroundingsTest, configurationFileIsAbsolute)
{
    const Poco::Path path(surroundings::configurationFile());
    CPPUNIT_ASSERT(path.isAbsolute());
    CPPUNIT_ASSERT_EQUAL(std::string("proximux.ini"), path.getFileName());
}
