#include "support/Test.h"

#include <SourceDir.h>

#include <proximux/CloseReason.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

namespace proximux
{

/// The table of close reasons, and its copy in the documents.
class CloseReasonTest : public CppUnit::TestCase
{
protected:
    static const CloseReasonInfo& at(std::size_t i) { return infoOf(static_cast<CloseReason>(i)); }

    /// The section on close reasons, without the marks of code.
    static std::string document()
    {
        std::ifstream file(PROXIMUX_SOURCE_DIR "/docs/operations.md");
        std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        text.erase(std::remove(text.begin(), text.end(), '`'), text.end());
        return text.substr(text.find("### Nothing is wrong"));
    }

    static std::string toString(Fault fault)
    {
        switch (fault)
        {
        case Fault::nobody:
            return "nobody";
        case Fault::client:
            return "client";
        case Fault::target:
            return "target";
        case Fault::proxy:
            break;
        }
        return "proxy";
    }
};

TEST(CloseReasonTest, eachHasARow)
{
    for (std::size_t i = 0; i < CLOSE_REASONS; ++i)
    {
        CPPUNIT_ASSERT_EQUAL(i, static_cast<std::size_t>(at(i).reason));
        CPPUNIT_ASSERT(!std::string(at(i).text).empty());
        CPPUNIT_ASSERT_EQUAL(std::string(at(i).text), std::string(proximux::toString(at(i).reason)));
    }
}

TEST(CloseReasonTest, textsAreUnique)
{
    std::set<std::string> names;
    std::set<std::string> texts;
    for (std::size_t i = 0; i < CLOSE_REASONS; ++i)
    {
        CPPUNIT_ASSERT_MESSAGE(at(i).name, names.insert(at(i).name).second);
        CPPUNIT_ASSERT_MESSAGE(at(i).text, texts.insert(at(i).text).second);
    }
}

TEST(CloseReasonTest, documentHasEach)
{
    const std::string text = document();
    const std::size_t wrong = text.find("### Something is wrong");
    CPPUNIT_ASSERT(wrong != std::string::npos);
    for (std::size_t i = 0; i < CLOSE_REASONS; ++i)
    {
        const CloseReasonInfo& info = at(i);
        const bool isWrong = info.fault != Fault::nobody;
        const std::string row =
            std::string("\n| ") + info.name + " | " + info.text + " | " + (isWrong ? toString(info.fault) + " | " : "");
        const std::size_t found = text.find(row);
        CPPUNIT_ASSERT_MESSAGE("docs/operations.md lacks" + row, found != std::string::npos);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(row, isWrong, found > wrong);
    }
}

} // namespace proximux
