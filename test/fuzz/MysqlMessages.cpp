#include "fuzz/Fuzz.h"

#include <proximux/protocol/mysql/Effects.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/SessionSettings.h>
#include <proximux/protocol/mysql/SharedFramers.h>

#include <algorithm>
#include <memory>
#include <string>

namespace proximux::fuzz
{

namespace
{

using Kind = Framer::Progress::Kind;

/// What clients get of the answers to requests of this kind, and what is known of them, if at most `piece` bytes come
/// at a time.
std::string answersTo(std::uint32_t hint, Bytes stream, std::size_t piece)
{
    mysql::SharedResponseFramer framer;
    framer.expect(hint);
    std::string told;
    std::string input;
    for (std::size_t at = 0; at < stream.size(); at += piece)
    {
        input.append(stream.substr(at, piece));
        for (bool goesOn = true; goesOn && !input.empty();)
        {
            const Framer::Progress progress = framer.feed(input);
            const ResponseTraits& traits = framer.traits();
            check(progress.taken <= input.size(), "no more is taken than there is");
            if (progress.kind == Kind::malformed)
                return told + input.substr(0, progress.taken) + " malformed: " + progress.reason;
            told += traits.instead.empty() ? input.substr(0, progress.taken) : std::string(traits.instead);
            input.erase(0, progress.taken);
            goesOn = progress.taken > 0;
            if (progress.kind != Kind::complete)
                continue;
            told += "|" + std::to_string(static_cast<int>(traits.kind)) + " " + std::to_string(traits.begun) + " " +
                    std::to_string(traits.ended) + " " + std::to_string(traits.keeps) + " " +
                    std::to_string(traits.tells.what) + " " + std::to_string(traits.tells.number) + " " +
                    std::to_string(traits.tells.status) + "|";
            framer.expect(hint);
        }
    }
    return told + " and " + input;
}

std::string requestsIn(Bytes stream, std::size_t piece)
{
    mysql::SharedRequestFramer framer;
    std::string told;
    std::string input;
    for (std::size_t at = 0; at < stream.size(); at += piece)
    {
        input.append(stream.substr(at, piece));
        while (!input.empty())
        {
            const Framer::Progress progress = framer.feed(input);
            if (progress.kind == Kind::malformed)
                return told + input.substr(0, progress.taken) + " malformed: " + progress.reason;
            told += input.substr(0, progress.taken) + (progress.kind == Kind::complete ? "|" : "");
            input.erase(0, progress.taken);
            if (told.size() % 3 == 0 && progress.kind == Kind::complete)
                framer.resume(); // a file of its client is wanted
            if (progress.taken == 0)
                break;
        }
    }
    return told + " and " + input;
}

/// Counts what a text is divided into.
class Tokens : public mysql::TokenListener
{
public:
    void token(const mysql::Token& token) override
    {
        ++count;
        size += token.text.size();
        if (token.kind != mysql::Token::Kind::string)
            text += std::to_string(static_cast<int>(token.kind)) + token.text + ' ';
    }

    std::size_t count = 0;
    std::size_t size = 0;
    std::string text;
};

/// Each piece is where nothing may be read in front of it, or behind it.
template <class Reader>
void feedPieces(Reader& reader, Bytes sql, std::size_t piece)
{
    for (std::size_t at = 0; at < sql.size(); at += piece)
    {
        const Bytes some = sql.substr(at, piece);
        const auto alone = std::make_unique<char[]>(some.size());
        std::copy(some.begin(), some.end(), alone.get());
        reader.feed(Bytes(alone.get(), some.size()));
    }
}

std::string tokensOf(bool escapes, Bytes sql, std::size_t piece)
{
    constexpr std::size_t LONGEST = 66; // bytes of a token
    Tokens tokens;
    mysql::Scanner scanner(tokens, escapes);
    feedPieces(scanner, sql, piece);
    scanner.end();
    check(tokens.count <= sql.size() + 2, "no more tokens than characters");
    check(tokens.size <= tokens.count * LONGEST, "of a token a few bytes are kept");
    return tokens.text + (scanner.isUnsure() ? "?" : "") + (scanner.isRisky() ? "!" : "") +
           (scanner.hasExecuted() ? "*" : "");
}

std::string verdictOn(std::size_t form, Bytes sql, std::size_t piece)
{
    mysql::EffectsReader reader(form % 2 == 0, form / 2 % 2 == 0, form / 4 % 2 == 0);
    feedPieces(reader, sql, piece);
    const mysql::Effects effects = reader.end();
    std::string text = effects.first + " " + std::to_string(effects.ties) + " " + std::to_string(effects.statements);
    for (const bool each :
         {effects.copies, effects.kills, effects.sets, effects.setsGlobally, effects.locksTables, effects.unlocksTables,
          effects.countsFound, effects.readsInserted, effects.setsInserted, effects.readsCount, effects.readsMessages,
          effects.showsMessages, effects.readsFound, effects.profiles, effects.moves, effects.releases, effects.calls,
          effects.hides, effects.readsSequence})
        text += each ? '1' : '0';
    return text;
}

/// What is set again is what was set.
void checkReplay(Bytes sql)
{
    const auto changes = mysql::settingsIn(sql);
    if (!changes)
        return;
    mysql::EffectsReader reader(true, true);
    reader.feed(sql);
    check(reader.end().sets, "what is set is seen to be");
    auto settings = mysql::changed({}, *changes);
    if (!settings)
        return;
    SessionSettings again;
    for (const std::string& command : mysql::settingCommands(*settings))
    {
        const auto said = mysql::settingsIn(Bytes(command).substr(1));
        check(said.has_value(), "what we set is understood");
        again = mysql::changed(again, *said).value_or(SessionSettings());
    }
    settings->erase(mysql::setting::DATABASE);
    check(again == *settings, "what is set again is what was set");
    check(mysql::alignment(*settings, *settings).value_or(std::vector<std::string>{"none"}).empty(),
          "nothing is missing where all is there");
}

} // namespace

/// Its first byte: how the stream is cut; the second and third: the command, and what is known of it. An even first
/// byte: what targets answer; else what clients ask.
void runMysqlShared(std::string_view, Bytes input)
{
    Choices choices(input);
    const std::size_t cut = choices.byte();
    const auto command = static_cast<std::uint32_t>(choices.byte());
    const auto more = static_cast<std::uint32_t>(choices.byte());
    const Bytes stream = choices.rest();
    if (cut % 2 == 1)
    {
        const std::string whole = requestsIn(stream, stream.size() + 1);
        check(whole == requestsIn(stream, 1), "requests are the same, however they come");
        return;
    }
    const std::uint32_t hint = command | 1U << mysql::hint::NUMBER_AT | (more & 0x1FU) << 16U;
    const std::string whole = answersTo(hint, stream, stream.size() + 1);
    check(whole == answersTo(hint, stream, 1), "answers are the same, however they come");
    check(whole == answersTo(hint, stream, 2 + cut / 2), "answers are the same, however they come");
}

/// Its first byte: how the text is read; the rest: SQL.
void runMysqlTexts(std::string_view, Bytes input)
{
    Choices choices(input);
    const std::size_t form = choices.byte();
    const Bytes sql = choices.rest();
    const std::string tokens = tokensOf(form % 2 == 0, sql, sql.size() + 1);
    check(tokens == tokensOf(form % 2 == 0, sql, 1), "a text has the same words, however it comes");
    const std::string verdict = verdictOn(form, sql, sql.size() + 1);
    check(verdict == verdictOn(form, sql, 1), "a text means the same, however it comes");
    check(verdict == verdictOn(form, sql, 2 + form / 8), "a text means the same, however it comes");
    checkReplay(sql);
}

} // namespace proximux::fuzz
