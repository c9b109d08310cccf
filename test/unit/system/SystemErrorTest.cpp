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
    systemerror::forget();
    CPPUNIT_ASSERT_EQUAL(std::string(), systemerror::lastText());
    CPPUNIT_ASSERT_THROW(Poco::FileInputStream("/nonexistent/x"), Poco::FileException);
    const std::string text = systemerror::lastText();
    CPPUNIT_ASSERT(!text.empty());
    CPPUNIT_ASSERT_EQUAL(text, systemerror::text(systemerror::last()));
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
