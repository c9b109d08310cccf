#include "support/Test.h"

#include <proximux/system/SystemError.h>

#include <Poco/Exception.h>
#include <Poco/FileStream.h>

#include <string>

using namespace proximux;

class SystemErrorTest : public CppUnit::TestCase
{
};

TEST(SystemErrorTest, tellsWhyAFileCouldNotBeOpened)
{
    try
    {
        const Poco::FileInputStream file("/nonexistent/x");
        CPPUNIT_FAIL("opened");
    }
    catch (const Poco::FileException& exception)
    {
        CPPUNIT_ASSERT(exception.code() != 0);
        CPPUNIT_ASSERT_EQUAL(systemerror::text(exception.code()), systemerror::reason(exception));
    }
    CPPUNIT_ASSERT_EQUAL(std::string("so"), systemerror::reason(Poco::FileException("so")));
}

TEST(SystemErrorTest, textsAreOneLineWithoutAFullStop)
{
    for (int error = 1; error < 200; ++error)
    {
        const std::string text = systemerror::text(error);
        CPPUNIT_ASSERT(!text.empty());
        CPPUNIT_ASSERT_MESSAGE(text, text.find_first_of("\r\n") == std::string::npos);
        CPPUNIT_ASSERT_MESSAGE(text, text.back() != '.' && text.back() != ' ');
    }
}
