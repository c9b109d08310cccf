#pragma once

#include "support/Test.h"

#include <proximux/ConfigurationLoader.h>
#include <proximux/config/Settings.h>

#include <SourceDir.h>

#include <Poco/File.h>
#include <Poco/FileStream.h>
#include <Poco/TemporaryFile.h>

#include <map>
#include <string>
#include <vector>

namespace proximux
{

/// Loads a configuration from an environment or a file.
class LoadingFixture : public CppUnit::TestCase
{
protected:
    using Environment = std::map<std::string, std::string>;

    static Environment least()
    {
        return {
            {"LOCAL_PORT", "3307"}, {"LOCAL_MAX_CONNECTIONS", "1"}, {"TARGET_HOST_1", "db"}, {"TARGET_PORT_1", "3306"}};
    }

    static LoadResult fromEnvironment(const Environment& environment)
    {
        ConfigurationLoader loader;
        loader.addEnvironment(environment);
        return loader.load();
    }

    static LoadResult with(const std::string& name, const std::string& value)
    {
        Environment environment = least();
        environment[name] = value;
        return fromEnvironment(environment);
    }

    static std::string all(const LoadResult& result)
    {
        std::string text;
        for (const std::string& mistake : result.mistakes)
            text += mistake + "\n";
        return text;
    }

    static const Configuration& good(const LoadResult& result)
    {
        CPPUNIT_ASSERT_MESSAGE(all(result), result.configuration != nullptr);
        return *result.configuration;
    }

    static void assertMistake(const LoadResult& result, const std::string& expected)
    {
        CPPUNIT_ASSERT_MESSAGE("expected: " + expected + "\ngot: " + all(result),
                               all(result).find(expected) != std::string::npos);
        CPPUNIT_ASSERT(result.configuration == nullptr);
    }

    std::string file(const std::string& ending, const std::string& content)
    {
        std::string path = Poco::TemporaryFile::tempName() + ending;
        Poco::FileOutputStream(path) << content;
        _files.push_back(path);
        return path;
    }

    LoadResult fromFile(const std::string& ending, const std::string& content)
    {
        ConfigurationLoader loader;
        loader.addFile(file(ending, content));
        return loader.load();
    }

    std::vector<std::string> _files;
    void tearDown() override
    {
        for (const std::string& path : _files)
            Poco::File(path).remove(true);
    }
};

} // namespace proximux
