#include "support/Test.h"

#include <Poco/Exception.h>
#include <cppunit/CompilerOutputter.h>
#include <cppunit/Message.h>
#include <cppunit/Protector.h>
#include <cppunit/Test.h>
#include <cppunit/TestFailure.h>
#include <cppunit/TestResult.h>
#include <cppunit/TestResultCollector.h>
#include <cppunit/XmlOutputter.h>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace
{

/// Reports the text of a Poco::Exception, whose what() is only the name of its class.
class PocoProtector : public CppUnit::Protector
{
public:
    bool protect(const CppUnit::Functor& functor, const CppUnit::ProtectorContext& context) override
    {
        try
        {
            return functor();
        }
        catch (const Poco::Exception& exception)
        {
            reportError(context, CppUnit::Message("uncaught Poco::Exception", exception.displayText()));
        }
        return false;
    }
};

/// Prints failing tests at once, and with --verbose every test before it runs, which shows the culprit after a crash.
class Progress : public CppUnit::TestListener
{
public:
    explicit Progress(bool verbose)
        : _verbose(verbose)
    {
    }

    void startTest(CppUnit::Test* test) override
    {
        if (_verbose)
            std::cout << "RUN " << test->getName() << std::endl;
    }

    void addFailure(const CppUnit::TestFailure& failure) override
    {
        std::cout << "FAIL " << failure.failedTestName() << std::endl;
        _failed.push_back(failure.failedTest());
    }

    /// A test may fail twice, in its body and in tearDown().
    [[nodiscard]] std::size_t failedTests() const
    {
        std::vector<CppUnit::Test*> tests = _failed;
        std::sort(tests.begin(), tests.end());
        return static_cast<std::size_t>(std::unique(tests.begin(), tests.end()) - tests.begin());
    }

private:
    bool _verbose;
    std::vector<CppUnit::Test*> _failed;
};

struct Options
{
    std::set<std::string> modules;
    std::string filter;
    std::string xml;
    bool verbose = false;
    bool list = false;
};

std::set<std::string> knownModules()
{
    std::set<std::string> modules;
    for (const proximux::TestList::Entry& entry : proximux::TestList::all())
        modules.insert(entry.module);
    return modules;
}

void addModule(Options& options, const std::string& name)
{
    const std::set<std::string> known = knownModules();
    if (known.count(name) == 0)
    {
        std::string all;
        for (const std::string& each : known)
            all += (all.empty() ? "" : ",") + each;
        throw std::invalid_argument(name + ": unknown module; expected one of " + all);
    }
    options.modules.insert(name);
}

Options parse(const std::vector<std::string>& arguments)
{
    Options options;
    for (std::size_t i = 0; i < arguments.size(); ++i)
    {
        const std::string& argument = arguments[i];
        if (argument == "--verbose")
            options.verbose = true;
        else if (argument == "--list")
            options.list = true;
        else if (argument == "--filter" || argument == "--xml")
        {
            if (++i == arguments.size())
                throw std::invalid_argument(argument + ": value missing; expected " +
                                            (argument == "--xml" ? "a file name" : "part of a test's name"));
            (argument == "--xml" ? options.xml : options.filter) = arguments[i];
        }
        else if (argument.compare(0, 2, "--") == 0)
            throw std::invalid_argument(argument + ": unknown option; expected --filter TEXT, --xml FILE, --list or "
                                                   "--verbose");
        else
            addModule(options, argument);
    }
    if (options.modules.empty())
        options.modules = knownModules();
    return options;
}

/// The tests of these modules whose name contains the filter.
std::vector<std::unique_ptr<CppUnit::TestCase>> chosen(const Options& options)
{
    std::vector<std::unique_ptr<CppUnit::TestCase>> tests;
    for (const proximux::TestList::Entry& entry : proximux::TestList::all())
    {
        if (options.modules.count(entry.module) == 0)
            continue;
        auto test = entry.make();
        if (test->getName().find(options.filter) != std::string::npos)
            tests.push_back(std::move(test));
    }
    return tests;
}

void writeXml(const std::string& file, CppUnit::TestResultCollector& collector)
{
    std::ofstream stream(file);
    CppUnit::XmlOutputter(&collector, stream, "UTF-8").write();
    stream.close();
    if (!stream)
        throw std::runtime_error(file + ": cannot be written; expected a file in a folder that exists");
}

int run(const Options& options)
{
    const std::vector<std::unique_ptr<CppUnit::TestCase>> tests = chosen(options);
    if (options.list)
    {
        for (const auto& test : tests)
            std::cout << test->getName() << '\n';
        return 0;
    }

    CppUnit::TestResult controller;
    CppUnit::TestResultCollector collector;
    Progress progress(options.verbose);
    controller.addListener(&collector);
    controller.addListener(&progress);
    controller.pushProtector(new PocoProtector); // the controller owns it
    for (const auto& test : tests)
        controller.runTest(test.get());

    if (!collector.wasSuccessful())
        CppUnit::CompilerOutputter(&collector, std::cout).write();
    if (!options.xml.empty())
        writeXml(options.xml, collector);
    if (tests.empty())
        std::cout << "no test was found\n";
    std::cout << tests.size() - progress.failedTests() << " passed, " << progress.failedTests() << " failed"
              << std::endl;
    return tests.empty() || progress.failedTests() > 0 ? 1 : 0;
}

} // namespace

int main(int argc, char** argv)
{
    try
    {
        return run(parse({argv + 1, argv + argc}));
    }
    catch (const std::exception& exception)
    {
        std::cerr << exception.what() << std::endl;
        return 1;
    }
}
