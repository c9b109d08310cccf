#include "support/Test.h"

#include <proximux/config/Reference.h>
#include <proximux/config/Settings.h>

#include <Poco/String.h>

#include <cctype>
#include <iterator>
#include <set>
#include <sstream>
#include <string>

namespace proximux
{

/// What is written about the settings.
class SettingWordsTest : public CppUnit::TestCase
{
protected:
    static std::size_t wordsOf(const std::string& text)
    {
        std::istringstream words(text);
        return static_cast<std::size_t>(std::distance(std::istream_iterator<std::string>(words), {}));
    }

    static void expectNamed(const std::string& name, const std::string& key)
    {
        const Setting* setting = settingNamed(name);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, key, setting != nullptr ? setting->key : "");
    }
};

TEST(SettingWordsTest, aSummaryIsOneLine)
{
    for (const Setting& setting : settings())
    {
        const std::string& summary = setting.summary;
        CPPUNIT_ASSERT_MESSAGE(setting.key, !summary.empty());
        CPPUNIT_ASSERT_MESSAGE(setting.key, std::isupper(static_cast<unsigned char>(summary.front())) != 0);
        CPPUNIT_ASSERT_MESSAGE(setting.key, summary.back() != '.');
        CPPUNIT_ASSERT_MESSAGE(setting.key + " has " + std::to_string(summary.size()), summary.size() <= 160);
        CPPUNIT_ASSERT_MESSAGE(setting.key, summary.find('\n') == std::string::npos);
    }
}

TEST(SettingWordsTest, detailsAreAFewSentencesWithAnExample)
{
    for (const Setting& setting : settings())
    {
        const auto all = reference::sentences(setting.details);
        CPPUNIT_ASSERT_MESSAGE(setting.key + ": " + std::to_string(all.size()), all.size() >= 2 && all.size() <= 5);
        for (const std::string& sentence : all)
        {
            CPPUNIT_ASSERT_MESSAGE(setting.key + ": " + sentence, sentence.back() == '.');
            CPPUNIT_ASSERT_MESSAGE(setting.key + ": " + sentence,
                                   std::isupper(static_cast<unsigned char>(sentence.front())) != 0);
            CPPUNIT_ASSERT_MESSAGE(setting.key + ": " + sentence, wordsOf(sentence) <= 25);
        }
    }
}

TEST(SettingWordsTest, noTextHasAnOddPhrase)
{
    for (const Setting& setting : settings())
        for (const char* phrase : {"for so long", "so many", "of ours", "be had", "whoever", "nobody", "somebody"})
        {
            const std::string text = Poco::toLower(setting.summary + " " + setting.details);
            CPPUNIT_ASSERT_MESSAGE(setting.key + ": " + phrase, text.find(phrase) == std::string::npos);
        }
}

TEST(SettingWordsTest, aTextNamesOnlySettingsThatThereAre)
{
    std::set<std::string> sections;
    for (const Setting& setting : settings())
        sections.insert(setting.section());
    for (const Setting& setting : settings())
    {
        std::istringstream words(setting.summary + " " + setting.details);
        for (std::string word; words >> word;)
        {
            const std::string name = word.substr(0, word.find_last_not_of(".,;:)") + 1);
            const std::size_t dot = name.find('.');
            if (dot != std::string::npos && sections.count(name.substr(0, dot)) > 0)
                CPPUNIT_ASSERT_MESSAGE(setting.key + " speaks of " + name, settingNamed(name) != nullptr);
        }
    }
}

TEST(SettingWordsTest, aSettingIsFoundByEachOfItsNames)
{
    for (const Setting& setting : settings())
        for (const std::string& name : {setting.key, setting.ownEnvironment(), setting.environment, setting.json})
            if (!name.empty())
                expectNamed(name, setting.key);
    expectNamed("target.12.host", "target.N.host");
    expectNamed("PROXIMUX_TARGET_2_KEEP_ALIVE", "target.N.keep_alive");
    expectNamed("TARGET_CONN_1_KEEP_ALIVE", "target.N.keep_alive");
    expectNamed("targetServers[0].port", "target.N.port");
    for (const char* unknown : {"", "target", "target.x.host", "exchange", "pairing", "12"})
        CPPUNIT_ASSERT_MESSAGE(unknown, settingNamed(unknown) == nullptr);
}

TEST(SettingWordsTest, anUnknownNameHasTheNearestKnownOne)
{
    for (const char* slip : {"exchange.pairin", "PROXIMUX_EXCHANGE_PAIRIN", "pairing"})
        CPPUNIT_ASSERT_EQUAL(std::string("unknown; the nearest known setting is exchange.pairing"), unknownText(slip));
    CPPUNIT_ASSERT_EQUAL(std::string("unknown; the nearest known setting is local.port"), unknownText("LOCAL_PROT"));
    CPPUNIT_ASSERT_EQUAL(std::string("unknown"), unknownText("entirely.different"));
}

TEST(SettingWordsTest, aDescriptionHasAllThatIsKnown)
{
    const std::string text = reference::describe(*settingNamed("local.max_connections"));
    for (const char* part : {"local.max_connections\n", "Maximum concurrent clients", "-1\n", "0 and negative",
                             "PROXIMUX_LOCAL_MAX_CONNECTIONS", "--max-connections", "LOCAL_MAX_CONNECTIONS",
                             "localServerMaxConnections", "Example:"})
        CPPUNIT_ASSERT_MESSAGE(text, text.find(part) != std::string::npos);
    CPPUNIT_ASSERT(reference::describe(*settingNamed("io.threads")).find("Applies to:  proxy") != std::string::npos);
}

TEST(SettingWordsTest, tellsSentencesApart)
{
    using Sentences = std::vector<std::string>;
    CPPUNIT_ASSERT((Sentences{"Use 0.0.0.0 here.", "See local.port."} ==
                    reference::sentences("Use 0.0.0.0 here. See local.port.")));
    CPPUNIT_ASSERT((Sentences{"Not ended"} == reference::sentences("Not ended")));
    CPPUNIT_ASSERT(reference::sentences("").empty());
}

TEST(SettingWordsTest, breaksLinesBetweenWords)
{
    CPPUNIT_ASSERT_EQUAL(std::string("  one two\n  three\n"), reference::wrapped("one two three", 9, "  "));
    CPPUNIT_ASSERT_EQUAL(std::string("longer\nthan\n"), reference::wrapped("longer than", 4, ""));
    CPPUNIT_ASSERT_EQUAL(std::string(), reference::wrapped("", 4, ""));
}

} // namespace proximux
