#include "support/Test.h"

#include <SourceDir.h>

#include <proximux/protocol/Registry.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace fs = std::filesystem;

/// What the documents name is there.
class DocumentsTest : public CppUnit::TestCase
{
protected:
    const fs::path _root = PROXIMUX_SOURCE_DIR;

    std::set<fs::path> documents() const
    {
        std::set<fs::path> found{_root / "README.md", _root / "ARCHITECTURE.md", _root / "CONTRIBUTING.md"};
        for (const auto& entry : fs::directory_iterator(_root / "docs"))
            if (entry.is_regular_file()) // not the pictures
                found.insert(entry.path());
        return found;
    }

    static std::string read(const fs::path& path)
    {
        std::ifstream file(path);
        CPPUNIT_ASSERT_MESSAGE(path.string() + " can't be read", file.good());
        return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    }

    /// What the first group of the pattern matches.
    static std::set<std::string> found(const std::string& text, const char* pattern)
    {
        const std::regex expression(pattern);
        std::set<std::string> names;
        for (std::sregex_iterator each(text.begin(), text.end(), expression), end; each != end; ++each)
            names.insert((*each)[1]);
        return names;
    }

    /// Whether a source file with this name, or this path below src/proximux, has what the pattern matches.
    bool has(const std::string& name, const std::string& pattern) const
    {
        for (const char* folder : {"src", "include"})
            for (const auto& entry : fs::recursive_directory_iterator(_root / folder))
            {
                const std::string path = "/" + entry.path().generic_string();
                const std::string end = "/" + name;
                if (path.size() > end.size() && path.compare(path.size() - end.size(), end.size(), end) == 0 &&
                    std::regex_search(read(entry.path()), std::regex(pattern)))
                    return true;
            }
        return false;
    }

    bool isSource(const std::string& name) const
    {
        for (const char* folder : {"", "src", "src/proximux", "include", "include/proximux"})
            if (fs::exists(_root / folder / name))
                return true;
        if (name.find('/') != std::string::npos)
            return false;
        for (const char* folder : {"src", "include", "test"})
            for (const auto& entry : fs::recursive_directory_iterator(_root / folder))
                if (entry.path().filename() == name)
                    return true;
        return false;
    }
};

TEST(DocumentsTest, sourceFilesAreThere)
{
    for (const fs::path& document : documents())
        for (const std::string& name : found(read(document), "`([A-Za-z0-9_/]+\\.(?:cpp|h|py|cmake))`"))
            if (name.find("Name") == std::string::npos && name.find("NAME") == std::string::npos) // stands for any
                CPPUNIT_ASSERT_MESSAGE(document.string() + ": there is no " + name, isSource(name));
}

/// "`Clients.cpp`: `opened`, `received`": each of them stands in that file.
TEST(DocumentsTest, functionsAreInTheFilesThatAreNamed)
{
    const std::regex place("`([A-Za-z0-9_/]+\\.(?:cpp|h))`: (`[A-Za-z0-9_:]+`(?:, `[A-Za-z0-9_:]+`)*)");
    std::size_t looked = 0;
    for (const fs::path& document : documents())
    {
        const std::string text = read(document);
        for (std::sregex_iterator each(text.begin(), text.end(), place), end; each != end; ++each)
            for (const std::string& name : found((*each)[2], "`([A-Za-z0-9_:]+)`"))
            {
                const std::string function = name.substr(name.rfind(':') + 1);
                CPPUNIT_ASSERT_MESSAGE(document.string() + ": " + name + " is not in " + (*each)[1].str(),
                                       has((*each)[1], "[ :*&]" + function + "\\("));
                ++looked;
            }
    }
    CPPUNIT_ASSERT(looked > 50);
}

TEST(DocumentsTest, linkedFilesAreThere)
{
    for (const fs::path& document : documents())
        for (const std::string& name : found(read(document), "\\]\\(([A-Za-z0-9_./-]+)(?:#[^)]*)?\\)"))
            CPPUNIT_ASSERT_MESSAGE(document.string() + ": there is no " + name,
                                   fs::exists(document.parent_path() / name));
}

TEST(DocumentsTest, theReadmeHasEachProtocolAndStaysShort)
{
    constexpr std::ptrdiff_t MOST = 150; // lines
    const std::string readme = read(_root / "README.md");
    CPPUNIT_ASSERT(std::count(readme.begin(), readme.end(), '\n') <= MOST);
    for (const proximux::ProtocolInfo& each : proximux::protocols())
    {
        const std::string name(each.name);
        CPPUNIT_ASSERT_MESSAGE(name, std::regex_search(readme, std::regex("\n\\|[^|]*`" + name + "`[^|]*\\|")));
    }
}
