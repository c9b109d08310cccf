#include "fuzz/Fuzz.h"

#include "support/NoDigests.h"

#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/postgresql/SessionProbe.h>
#include <proximux/protocol/postgresql/TargetDialog.h>

#include <memory>
#include <string>

namespace proximux::fuzz
{

namespace
{

/// What becomes of a login if at most `piece` bytes of the target come at a time.
struct Talk
{
    Talk(Bytes said, std::size_t piece)
        : authenticator(std::make_shared<auth::Authenticator>(DIGESTS, "key"))
        , dialog(authenticator, {"user", {}, true, {}, {}}, "packet")
    {
        std::string came;
        for (std::size_t at = 0; state == LoginAnswer::State::more && at < said.size(); at += piece)
        {
            came.append(said.substr(at, piece));
            const LoginDialog::Step step = dialog.hear(came);
            check(step.taken <= came.size(), "no more is taken than there is");
            came.erase(0, step.taken);
            state = step.state;
            says += step.says;
        }
    }

    static const NoDigests DIGESTS;
    std::shared_ptr<auth::Authenticator> authenticator;
    postgresql::TargetDialog dialog;
    LoginAnswer::State state = LoginAnswer::State::more;
    std::string says;
};

const NoDigests Talk::DIGESTS;

/// Likewise, of a question about the state of a session.
struct Inquiry
{
    Inquiry(Bytes said, std::size_t piece)
    {
        std::string came;
        for (std::size_t at = 0; last.state == StateProbe::State::more && at < said.size(); at += piece)
        {
            came.append(said.substr(at, piece));
            last = probe.hear(came);
            check(last.taken <= came.size(), "no more is taken than there is");
            came.erase(0, last.taken);
            passes += last.passes;
        }
    }

    postgresql::SessionProbe probe;
    StateProbe::Step last;
    std::string passes;
};

} // namespace

void runLogins(std::string_view, Bytes input)
{
    const Talk whole(input, input.size() + 1);
    const Talk torn(input, 1);
    check(whole.state == torn.state && whole.says == torn.says, "a login is the same, however it comes");
    check(whole.dialog.outcome() == torn.dialog.outcome(), "and so is what comes of it");
    const Inquiry asked(input, input.size() + 1);
    const Inquiry slowly(input, 1);
    check(asked.last.state == slowly.last.state && asked.passes == slowly.passes, "so is an answer about the state");
    check(asked.last.state != StateProbe::State::known || asked.last.reasons == slowly.last.reasons,
          "with its reasons");
    check(whole.state != LoginAnswer::State::refused || !whole.dialog.outcome().empty(), "a refusal has a text");
}

void runUsers(std::string_view, Bytes input)
{
    auth::UserList users;
    const auto wrong = users.read(input);
    check(!wrong || wrong->rfind("line ", 0) == 0, "a mistake has its line");
    check(!wrong || wrong->size() < 200, "and tells no secret");
}

} // namespace proximux::fuzz
