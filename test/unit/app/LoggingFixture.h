#pragma once

#include "StreamCapture.h"

#include <app/Logging.h>
#include <proximux/Log.h>

#include <Poco/File.h>
#include <Poco/TemporaryFile.h>

#include <cppunit/TestCase.h>

#include <fstream>
#include <string>

namespace proximux
{

inline std::size_t count(const std::string& text, const std::string& what)
{
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size()))
        ++n;
    return n;
}

inline void logOneOfEach()
{
    const Log log(true);
    log.failure(LogScope::pool, "Name", "an error");
    log.text(LogScope::server, LogLevel::info, "some information");
    log.text(LogScope::exchange, LogLevel::debug, "a detail");
}

/// Logs into a folder of its own.
class LoggingFixture : public CppUnit::TestCase
{
protected:
    void setUp() override
    {
        _folder.createDirectories();
        _settings = Configuration().log;
        _settings.level = 3;
    }

    void tearDown() override { _folder.remove(true); }
    [[nodiscard]] std::string path() const { return _folder.path() + "/x.log"; }

    static std::string content(const std::string& path)
    {
        std::ifstream stream(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    Poco::File _folder{Poco::TemporaryFile::tempName()};
    LogSettings _settings;
};

} // namespace proximux
