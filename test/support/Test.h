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
        std::unique_ptr<CppUnit::Test> (*make)();
    };

    static const std::vector<Entry>& all() { return entries(); }

    template <class Test>
    static bool add(const std::string& file)
    {
        const std::size_t slash = file.rfind('/');
        const std::size_t before = file.rfind('/', slash - 1) + 1;
        entries().push_back({file.substr(before, slash - before),
                             []() -> std::unique_ptr<CppUnit::Test> { return std::make_unique<Test>(); }});
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
#define TEST(Suite, rule) TEST_NAMED(Suite, Suite##_##rule, #Suite "::" #rule)

#define TEST_NAMED(Suite, Class, name)                                                                                 \
    struct Class : Suite                                                                                               \
    {                                                                                                                  \
        [[nodiscard]] std::string getName() const override { return name; }                                            \
        void runTest() override;                                                                                       \
    };                                                                                                                 \
    [[maybe_unused]] const bool Class##_added = ::proximux::TestList::add<Class>(__FILE__);                            \
    void Class::runTest()
