#include "fuzz/Fuzz.h"

#include "support/NoDigests.h"

#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/mysql/ClientSession.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/PingProbe.h>
#include <proximux/protocol/mysql/SharedFramers.h>
#include <proximux/protocol/mysql/TargetDialog.h>

#include <memory>
#include <string>
#include <vector>

namespace proximux::fuzz
{

namespace
{

using mysql::SharedCommons;
using State = LoginAnswer::State;

const NoDigests NO_DIGESTS;

std::shared_ptr<auth::Authenticator> lettingIn(AuthMethod method, Bytes list)
{
    auto users = std::make_shared<auth::UserList>();
    check(!users->read(list), "the list is right");
    auto made = std::make_shared<auth::Authenticator>(NO_DIGESTS, "key");
    made->change({method, std::move(users), {}});
    return made;
}

std::shared_ptr<SharedCommons> knownTarget(bool isMariadb, bool isSha2)
{
    mysql::Greeting greeting;
    greeting.capabilities = 0x81FFF7DF;
    greeting.version = isMariadb ? "10.11-MariaDB" : "8.0";
    greeting.nonce = "aaaaaaaabbbbbbbbbbbb";
    greeting.plugin = isSha2 ? mysql::CACHING_SHA2 : mysql::NATIVE_PASSWORD;
    auto commons = std::make_shared<SharedCommons>();
    commons->target = greeting;
    return commons;
}

/// What becomes of a login at a target if at most `piece` bytes come at a time. form: which login, of whom.
struct TargetTalk
{
    TargetTalk(std::size_t form, Bytes said, std::size_t piece)
    {
        const auto server = lettingIn(AuthMethod::automatic, "\"user\" \"pencil\"\n");
        auth::Identity identity = server->identityAt(0, "user", std::nullopt);
        identity.isKnown = identity.isKnown && form % 2 == 0;
        dialog = std::make_unique<mysql::TargetDialog>(
            server, knownTarget(form / 4 % 2 == 0, false), identity, mysql::capability::MULTI_STATEMENTS,
            SessionSettings{{"#collation", "45"}, {"#database", "shop"}, {"wait_timeout", "5"}});
        dialog->secured(form / 2 % 2 == 0 ? "" : "binding");
        if (form / 8 % 4 == 1)
            dialog->changeUser();
        else if (form / 8 % 4 == 2)
            dialog->say({"\3SET a=1", "\2shop"});
        says = dialog->opening();
        run(said, piece);
    }

    void run(Bytes said, std::size_t piece)
    {
        std::string came;
        for (std::size_t at = 0; state == State::more && at < said.size(); at += piece)
        {
            came.append(said.substr(at, piece));
            const LoginDialog::Step step = dialog->hear(came);
            check(step.taken <= came.size(), "no more is taken than there is");
            came.erase(0, step.taken);
            state = step.state;
            says += step.says;
        }
    }

    std::unique_ptr<mysql::TargetDialog> dialog;
    State state = State::more;
    std::string says;
};

/// Likewise, of what a target says first, and of what it answers to a ping.
template <class Dialog, class Step>
std::string heardOf(Dialog& dialog, Bytes said, std::size_t piece)
{
    std::string came;
    Step step;
    for (std::size_t at = 0; step.state == decltype(step.state)::more && at < said.size(); at += piece)
    {
        came.append(said.substr(at, piece));
        step = dialog.hear(came);
        check(step.taken <= came.size(), "no more is taken than there is");
        came.erase(0, step.taken);
    }
    return std::to_string(static_cast<int>(step.state));
}

void checkFirst(Bytes said)
{
    const auto greeted = [&said](std::size_t piece)
    {
        mysql::GreetingDialog dialog(std::make_shared<SharedCommons>());
        const std::string end = heardOf<mysql::GreetingDialog, LoginDialog::Step>(dialog, said, piece);
        static_cast<void>(mysql::factsIn(dialog.outcome()));
        return end + dialog.outcome();
    };
    check(greeted(said.size() + 1) == greeted(1), "a greeting is the same, however it comes");
    const auto pinged = [&said](std::size_t piece)
    {
        mysql::PingProbe probe;
        return heardOf<mysql::PingProbe, StateProbe::Step>(probe, said, piece);
    };
    check(pinged(said.size() + 1) == pinged(1), "so is the answer to a ping");
}

/// The whole messages in front of these bytes.
std::vector<std::string> messagesIn(Bytes stream)
{
    std::vector<std::string> messages;
    mysql::SharedRequestFramer framer;
    std::string message;
    while (!stream.empty())
    {
        const Framer::Progress progress = framer.feed(stream);
        if (progress.kind == Framer::Progress::Kind::malformed)
            break;
        message += stream.substr(0, progress.taken);
        stream.remove_prefix(progress.taken);
        if (progress.kind == Framer::Progress::Kind::complete)
            messages.push_back(std::exchange(message, {}));
        else if (progress.taken == 0)
            break;
    }
    return messages;
}

/// Numbers of the packets that a client gets go on behind that of its message, which is this.
void checkReply(Bytes reply, unsigned said)
{
    unsigned number = said + 1;
    while (!reply.empty())
    {
        check(reply.size() >= mysql::HEADER && reply.size() >= mysql::HEADER + mysql::lengthOf(reply),
              "a reply has whole packets");
        check(mysql::numberOf(reply) == (number++ & 0xFFU), "which have their numbers");
        reply.remove_prefix(mysql::HEADER + mysql::lengthOf(reply));
    }
}

/// All that a client of this kind says, up to its welcome. Returns what it gets.
std::string enter(std::size_t form, const std::vector<std::string>& messages)
{
    ConversationSettings settings;
    settings.authenticator =
        lettingIn(form % 2 == 0 ? AuthMethod::trust : AuthMethod::automatic,
                  "\"user\" \"pencil\"\n\"known\" \"*0123456789012345678901234567890123456789\"\n");
    settings.commons = knownTarget(form / 2 % 2 == 0, form / 4 % 2 == 0);
    settings.pins = form / 8 % 2 == 0;
    mysql::ClientSession session(settings);
    session.begin(7, "10.0.0.1");
    RequestTraits first;
    check(session.opened(first) && first.local && !first.reply.empty(), "a client is greeted");
    std::string got = first.reply;
    unsigned next = 1; // of the packet that it says
    for (const std::string& message : messages)
    {
        RequestTraits traits;
        session.request(message, true, traits);
        check(traits.local || traits.greets, "nothing of a login goes to a target");
        check(!traits.refused || traits.last, "a login that is refused is the end");
        if (!traits.greets)
        {
            if (mysql::numberOf(message) == next)
                checkReply(traits.reply, next);
            next += 2; // behind that of one packet
            got += traits.reply;
            if (traits.last)
                return got;
            continue;
        }
        std::string text;
        session.translate(std::string("\2\0", 2) + "no greeting", traits, text);
        checkReply(text, next);
        return got + text;
    }
    return got;
}

} // namespace

/// Its first byte: which login; then what the target says.
void runMysqlLogins(std::string_view, Bytes input)
{
    Choices choices(input);
    const std::size_t form = choices.byte();
    const Bytes said = choices.rest();
    const TargetTalk whole(form, said, said.size() + 1);
    const TargetTalk torn(form, said, 1);
    check(whole.state == torn.state && whole.says == torn.says, "a login is the same, however it comes");
    check(whole.dialog->outcome() == torn.dialog->outcome(), "and so is what comes of it");
    check(whole.state != State::refused || !whole.dialog->outcome().empty(), "a refusal has a text");
    checkFirst(said);
}

/// Its first byte: which client; then what it says.
void runMysqlClients(std::string_view, Bytes input)
{
    Choices choices(input);
    const std::size_t form = choices.byte();
    const std::vector<std::string> messages = messagesIn(choices.rest());
    check(enter(form, messages) == enter(form, messages), "a client of the same words is treated the same");
}

} // namespace proximux::fuzz
