#pragma once

#include "StreamCapture.h"

#include <app/Startup.h>

#include <Poco/Exception.h>

#include <cppunit/TestAssert.h>
#include <cppunit/TestCase.h>

#include <map>
#include <string>
#include <vector>

namespace proximux
{

using Arguments = std::vector<std::string>;

/// Starts with arguments, whatever the environment of the tests is.
class StartupFixture : public CppUnit::TestCase
{
protected:
    static Arguments with(const Arguments& more)
    {
        Arguments all{"proximux", "--listen", "127.0.0.1:0", "--target", "127.0.0.1:1", "--mode", "proxy"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }

    static StartupResult start(const Arguments& arguments)
    {
        const std::map<std::string, std::string> nothing;
        return startUp(arguments, {}, &nothing);
    }

    static void expectOutput(Arguments arguments, int exitCode, const std::string& part)
    {
        if (arguments.front() != "proximux")
            arguments.insert(arguments.begin(), "proximux");
        const StreamCapture output(1);
        CPPUNIT_ASSERT_EQUAL(exitCode, start(arguments).exitCode.value_or(-1));
        CPPUNIT_ASSERT_MESSAGE(output.text(), output.text().find(part) != std::string::npos);
    }

    static void expectMistake(const Arguments& arguments, const std::string& part)
    {
        const StreamCapture error(2);
        CPPUNIT_ASSERT_EQUAL(78, start(arguments).exitCode.value_or(-1));
        CPPUNIT_ASSERT_MESSAGE(error.text(), error.text().find(part) != std::string::npos);
    }

    static void expectRefusal(const Arguments& arguments, const std::string& message)
    {
        try
        {
            start(with(arguments));
            CPPUNIT_FAIL("not refused: " + message);
        }
        catch (const Poco::FileException& exception)
        {
            CPPUNIT_ASSERT_EQUAL(message, exception.message());
        }
    }
};

} // namespace proximux
