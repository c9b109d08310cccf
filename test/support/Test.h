#pragma once

#include <cppunit/TestAssert.h>
#include <cppunit/TestCase.h>

#include <memory>
#include <string>
#include <vector>

namespace proximux
{

/// The tests of a program, in the order of their files. A test belongs to the module that is named like the folder of
/// its file.
class TestList
{
public:
    struct Entry
    {
        std::string module;
        std::string finds; ///< the faults in which it must fail, apart by ", "; see RULE
        std::unique_ptr<CppUnit::TestCase> (*make)();
    };

    static const std::vector<Entry>& all() { return entries(); }

    template <class Test>
    static bool add(const std::string& file, const char* finds)
    {
        const std::size_t slash = file.rfind('/');
        const std::size_t before = file.rfind('/', slash - 1) + 1;
        entries().push_back({file.substr(before, slash - before), finds,
                             []() -> std::unique_ptr<CppUnit::TestCase> { return std::make_unique<Test>(); }});
        return true;
    }

private:
    static std::vector<Entry>& entries()
    {
        static std::vector<Entry> all;
        return all;
    }
};

} // namespace proximux

/// TEST(Suite, rule) { ... } is a test that registers itself. Suite, a CppUnit::TestCase, has what its tests share;
/// each test has a Suite of its own.
#define TEST(Suite, rule) TEST_NAMED(Suite, Suite##_##rule, #Suite "::" #rule, "")

/// A TEST that must fail where one of these faults of test/mutants is in the core; the oracle makes sure of that.
#define RULE(Suite, rule, ...) TEST_NAMED(Suite, Suite##_##rule, #Suite "::" #rule, #__VA_ARGS__)

#define TEST_NAMED(Suite, Class, name, finds)                                                                          \
    struct Class : Suite                                                                                               \
    {                                                                                                                  \
        [[nodiscard]] std::string getName() const override { return name; }                                            \
        void runTest() override;                                                                                       \
    };                                                                                                                 \
    [[maybe_unused]] const bool Class##_added = ::proximux::TestList::add<Class>(__FILE__, finds);                     \
    void Class::runTest()
