#include "support/Test.h"

#include <SourceDir.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace
{

/// The end of a comment, string or character that begins here; where nothing of that begins, the same place.
std::size_t skip(const std::string& text, std::size_t at)
{
    const auto behind = [&text](const char* end, std::size_t from)
    {
        const std::size_t found = text.find(end, from);
        return found == std::string::npos ? text.size() : found + std::char_traits<char>::length(end);
    };
    if (text.compare(at, 2, "//") == 0)
        return behind("\n", at);
    if (text.compare(at, 3, "R\"(") == 0)
        return behind(")\"", at);
    const bool digits = at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0; // 1'000
    if (text[at] != '"' && (text[at] != '\'' || digits))
        return at;
    std::size_t end = at + 1;
    while (end < text.size() && text[end] != text[at])
        end += text[end] == '\\' ? 2 : 1;
    return end + 1;
}

/// The text without comments, strings and characters, so that each brace and semicolon is one of the language.
std::string bare(const std::string& text)
{
    std::string left;
    for (std::size_t at = 0; at < text.size();)
    {
        const std::size_t end = skip(text, at);
        left += end == at ? text[at] : ' ';
        at = end == at ? at + 1 : end;
    }
    return left;
}

/// How many member functions each class of a file has, the special ones included.
class MethodCount
{
public:
    explicit MethodCount(const std::string& text)
    {
        for (const char c : bare(text))
            take(c);
    }

    [[nodiscard]] const std::map<std::string, std::size_t>& classes() const { return _classes; }

private:
    void take(char c)
    {
        if (c == '{')
            open();
        else if (c == '}' && !_scopes.empty())
            _scopes.pop_back();
        else if (c == ';')
            countFunction();
        else
        {
            _statement += c;
            return;
        }
        _statement.clear();
    }

    void open()
    {
        static const std::regex head("\\b(class|struct)\\s+(\\w+)(\\s+final)?(\\s*:[^:][^]*)?\\s*$");
        std::smatch match;
        const bool isClass =
            (has("class") || has("struct")) && !has("enum") && std::regex_search(_statement, match, head);
        if (!isClass)
            countFunction();
        _scopes.push_back(isClass ? match[2].str() : std::string());
    }

    /// A declaration directly in a class with parentheses that belong to no initializer.
    void countFunction()
    {
        static const std::regex function("^[^=(]*(operator[^\\w(]+|operator\\(\\)|\\w\\s*)\\(");
        static const std::regex other("^\\s*(using|friend|typedef|static_assert)\\b");
        const bool isMember = !_scopes.empty() && !_scopes.back().empty() && has("(");
        if (isMember && std::regex_search(_statement, function) && !std::regex_search(_statement, other))
            ++_classes[_scopes.back()];
    }

    /// Found much sooner than by an expression.
    [[nodiscard]] bool has(const char* word) const { return _statement.find(word) != std::string::npos; }

    std::vector<std::string> _scopes; ///< classes by name; "" for any other scope
    std::string _statement;
    std::map<std::string, std::size_t> _classes;
};

std::vector<fs::path> sources()
{
    std::vector<fs::path> found;
    for (const char* folder : {"src", "include", "test"})
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(PROXIMUX_SOURCE_DIR) / folder))
            if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp")
                found.push_back(entry.path());
    return found;
}

std::string read(const fs::path& path)
{
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

} // namespace

class ShapeTest : public CppUnit::TestCase
{
};

TEST(ShapeTest, noFileIsLongerThan400Lines)
{
    for (const fs::path& path : sources())
    {
        const std::string text = read(path);
        CPPUNIT_ASSERT_MESSAGE(path.string(), std::count(text.begin(), text.end(), '\n') <= 400);
    }
}

TEST(ShapeTest, noClassHasMoreThan40Methods)
{
    std::size_t most = 0;
    for (const fs::path& path : sources())
    {
        const MethodCount count(read(path));
        for (const auto& [name, methods] : count.classes())
        {
            CPPUNIT_ASSERT_MESSAGE(path.string() + ": " + name + " has " + std::to_string(methods), methods <= 40);
            most = std::max(most, methods);
        }
    }
    CPPUNIT_ASSERT(most > 25);
}

TEST(ShapeTest, methodsAreCounted)
{
    const MethodCount count(
        "class A : public B\n{\npublic:\n    A();\n    int f(int a) const { return g(a); }\n    int _a = h(1);\n"
        "    bool operator==(const A&) const;\n    struct C { void f(); };\n    friend void x(A);\n};");
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, count.classes().at("A"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, count.classes().at("C"));
}

/// Else it would be judged with a sanitizer, too, whose runtime has memory of its own.
TEST(ShapeTest, memoryOfTheProgramIsJudgedByOneRule)
{
    const std::regex judged("assert(?!Memory)\\w+\\(.*(\\.memory(_at_rest)?\\(|memory\\[|grown)");
    CPPUNIT_ASSERT(std::regex_search("self.assertLess(p.memory() - before, 4)", judged));
    CPPUNIT_ASSERT(!std::regex_search("self.assertMemory(p, before, 4, memory[1])", judged));
    for (const char* folder : {"test/system", "test/peers"})
        for (const auto& entry : fs::directory_iterator(fs::path(PROXIMUX_SOURCE_DIR) / folder))
            if (entry.path().extension() == ".py")
                CPPUNIT_ASSERT_MESSAGE(entry.path().string(), !std::regex_search(read(entry.path()), judged));
}
