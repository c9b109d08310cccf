#include "support/Test.h"

#include <app/ServiceRegistration.h>

#include <string>
#include <vector>

using namespace proximux;

class ServiceOptionsTest : public CppUnit::TestCase
{
protected:
    using Arguments = std::vector<std::string>;
};

TEST(ServiceOptionsTest, partsThemFromThoseThatTheServiceIsStartedWith)
{
    const ServiceOptions options({"--config", "a b.ini", "--registerService", "--displayName=My proxy", "--startup",
                                  "automatic", "--set", "log.level=3"});
    CPPUNIT_ASSERT(options.isRegistration && !options.isRemoval && options.isAutomatic);
    CPPUNIT_ASSERT_EQUAL(std::string("My proxy"), options.displayName);
    CPPUNIT_ASSERT((Arguments{"--config", "a b.ini", "--set", "log.level=3"} == options.others));
    CPPUNIT_ASSERT(options.mistakes.empty());
}

TEST(ServiceOptionsTest, startsByHandUnlessToldOtherwise)
{
    CPPUNIT_ASSERT(!ServiceOptions({"--registerService"}).isAutomatic);
    CPPUNIT_ASSERT(!ServiceOptions({"--registerService", "--startup=manual"}).isAutomatic);
    CPPUNIT_ASSERT_EQUAL(std::string("--startup = never: expected automatic or manual"),
                         ServiceOptions({"--registerService", "--startup=never"}).mistakes.at(0));
}

TEST(ServiceOptionsTest, refusesBothAtOnce)
{
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), ServiceOptions({"--registerService", "--unregisterService"}).mistakes.size());
    CPPUNIT_ASSERT(ServiceOptions({"--unregisterService"}).mistakes.empty());
}

TEST(ServiceOptionsTest, concernsNoOtherStart)
{
    CPPUNIT_ASSERT(!manageService({"--listen", "1"}));
}
