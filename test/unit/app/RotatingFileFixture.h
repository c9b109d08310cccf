#pragma once

#include <app/RotatingFile.h>

#include <Poco/Exception.h>
#include <Poco/File.h>
#include <Poco/FileStream.h>
#include <Poco/TemporaryFile.h>

#include <cppunit/TestAssert.h>
#include <cppunit/TestCase.h>

#include <iterator>
#include <string>

namespace proximux
{

/// Writes into a folder of its own.
class RotatingFileFixture : public CppUnit::TestCase
{
protected:
    void setUp() override
    {
        _folder.createDirectories();
        _path = _folder.path() + "/x.log";
    }

    void tearDown() override { _folder.remove(true); }
    std::string content(const std::string& suffix = "") const
    {
        Poco::FileInputStream stream(_path + suffix);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    static void expectRefusal(const std::string& path, const std::string& why)
    {
        try
        {
            const RotatingFile file(path, 10, 2);
            CPPUNIT_FAIL("opened " + path);
        }
        catch (const Poco::FileException& exception)
        {
            CPPUNIT_ASSERT_EQUAL(path + ": " + why, exception.message());
        }
    }

    Poco::File _folder{Poco::TemporaryFile::tempName()};
    std::string _path;
};

} // namespace proximux
