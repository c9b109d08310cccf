#pragma once

#include <proximux/Framing.h>
#include <proximux/Instant.h>
#include <proximux/Number.h>
#include <proximux/base/Random.h>
#include <proximux/protocol/Conversation.h>
#include <proximux/protocol/ConversationSettings.h>
#include <proximux/protocol/Fence.h>
#include <proximux/protocol/ResponseFramer.h>
#include <proximux/protocol/StateProbe.h>
#include <proximux/protocol/Traits.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proximux
{

/// The request that makes a target close a connection, and its final reply, if any. Fixed text.
struct Farewell
{
    Bytes request;
    Bytes answer;
};

/// The login of a target's settings.
struct Credentials
{
    std::string username;
    std::string password;
    unsigned database = 0;
};

/// Changes the dialect of a connection: a request whose response proves that the target speaks the other one from then
/// on (Protocol::proves()). Fixed text; an empty request: the dialect of a connection is fixed.
struct DialectChange
{
    Bytes request;
    unsigned proof = 0; ///< RequestTraits::proof
};

/// A mistake in the settings that declare a protocol: the key, and what is wrong and expected.
struct SettingMistake
{
    std::string_view key;
    std::string text;
};

/// A configured protocol; a factory for the objects of each connection. Immutable; any thread.
class Protocol
{
public:
    virtual ~Protocol() = default;

    /// Ends a connection after all its requests (RequestTraits::pushes).
    [[nodiscard]] virtual Farewell farewell() const { return {}; }

    /// The mistakes in the settings from which it was made. Only without any may its framers be made.
    [[nodiscard]] virtual std::vector<SettingMistake> mistakes() const { return {}; }

    /// Logs in on each new connection.
    [[nodiscard]] virtual Login login(const Credentials& credentials) const
    {
        static_cast<void>(credentials);
        return {};
    }

    /// Judges what has come for a login (Login::isJudged).
    [[nodiscard]] virtual LoginAnswer judgeLogin(Bytes came) const
    {
        static_cast<void>(came);
        return {};
    }

    /// What stops the request that is under way on a connection, said on another one that the target then closes.
    /// greeting: what the target has answered to the login (LoginDialog::outcome()). Empty: nothing does.
    [[nodiscard]] virtual std::string cancellation(Bytes greeting) const
    {
        static_cast<void>(greeting);
        return {};
    }

    /// Likewise, said on another connection of the same user, and answered: what it opens with is a request, too
    /// (RequestTraits::stops). Null: nothing does.
    [[nodiscard]] virtual std::unique_ptr<LoginDialog> stopping(Bytes greeting) const
    {
        static_cast<void>(greeting);
        return nullptr;
    }

    /// Asks a connection at rest what its session still has; null: that can't be asked.
    [[nodiscard]] virtual std::unique_ptr<StateProbe> makeStateProbe() const { return nullptr; }

    /// Whether these bytes prepare a connection in a form that is not detected (ProtocolInfo::detection).
    [[nodiscard]] virtual bool isPreparation(Bytes bytes) const
    {
        static_cast<void>(bytes);
        return false;
    }

    /// The key of the setting for which messages are translated, so that they cannot only be observed; empty: none.
    [[nodiscard]] virtual std::string_view translates() const { return {}; }

    /// Whether a connection must have one request at a time, whatever the settings are.
    [[nodiscard]] virtual bool isExclusive() const { return false; }

    /// Silence required of a new connection, though the target does not greet: what comes late for a request of an
    /// earlier connection could answer one of the new one.
    [[nodiscard]] virtual Duration silence() const { return Duration{0}; }

    /// Whether other bytes than responses may come from a target, at any time. Its response framer discards them; those
    /// on an idle connection are discarded, too.
    [[nodiscard]] virtual bool isNoisy() const { return false; }

    /// Whether a connection belongs to the login of a client (RequestTraits::user), and is of no use without one.
    [[nodiscard]] virtual bool isPersonal() const { return false; }

    /// Whether a target speaks first on a new connection, as a part of the login (Login::begin).
    [[nodiscard]] virtual bool isGreeted() const { return false; }

    /// Whether targets may say something on a connection at rest (ResponseTraits::Kind::notice).
    [[nodiscard]] virtual bool speaksAtRest() const { return false; }

    /// Whether targets send requests of their own (ResponseTraits::Kind::request), at any time.
    [[nodiscard]] virtual bool isTwoWay() const { return false; }

    [[nodiscard]] virtual std::unique_ptr<Framer> makeRequestFramer() const = 0;
    [[nodiscard]] virtual std::unique_ptr<ResponseFramer> makeResponseFramer() const = 0;

    /// Made once for each exchange; null: its conversations have nothing in common.
    [[nodiscard]] virtual std::shared_ptr<ConversationCommons> makeCommons() const { return nullptr; }

    /// Null: the protocol knows only where requests end.
    [[nodiscard]] virtual std::unique_ptr<Conversation> makeConversation(const ConversationSettings& settings) const
    {
        static_cast<void>(settings);
        return nullptr;
    }

    /// The position of the id that pairs a response with its request. The framers take no bytes before these are
    /// visible.
    [[nodiscard]] virtual std::optional<IdField> requestId() const { return std::nullopt; }
    [[nodiscard]] virtual std::optional<IdField> responseId() const { return std::nullopt; }

    /// Whether targets answer in any order, and the check values alone (ResponseTraits::check) tell which request a
    /// response answers. A watcher then compares them; sharing compares them in order.
    [[nodiscard]] virtual bool checkIdentifies() const { return false; }

    /// The dialect of a new connection (RequestTraits::dialect); 0: its first request decides, or there is only one.
    [[nodiscard]] virtual unsigned firstDialect() const { return 0; }

    /// Brings a connection that is in another dialect to this one.
    [[nodiscard]] virtual DialectChange changeTo(unsigned dialect) const
    {
        static_cast<void>(dialect);
        return {};
    }

    /// A marker for a connection that uses this dialect (RequestTraits::fenced); its numbers come from `random`.
    /// Required if the protocol has fenced requests.
    [[nodiscard]] virtual Fence makeFence(unsigned dialect, Random& random) const
    {
        static_cast<void>(dialect);
        static_cast<void>(random);
        return {};
    }

    /// Whether this response to a fenced request proves that the target answers further requests of this kind
    /// (RequestTraits::proof) as the response framer expects. The response is complete, or longer than MAX_PROOF.
    [[nodiscard]] virtual bool proves(unsigned proof, Bytes response) const
    {
        static_cast<void>(proof);
        static_cast<void>(response);
        return false;
    }

    static constexpr std::size_t MAX_PROOF = 1024; ///< bytes kept of a response for proves()

    /// Number of parts of a target that respond independently (RequestTraits::part); 0: no parts.
    [[nodiscard]] virtual std::size_t parts() const { return 0; }

    /// A readable name of a part: "unit 9, function 3".
    [[nodiscard]] virtual std::string nameOfPart(unsigned part) const { return "part " + std::to_string(part); }

    /// A harmless request for testing a target; empty if none is known. number: its id.
    [[nodiscard]] virtual std::string probe(std::uint32_t number) const
    {
        static_cast<void>(number);
        return {};
    }

    /// Whether this response, or its beginning, is a valid answer to probe().
    [[nodiscard]] virtual bool answersProbe(Bytes response) const
    {
        static_cast<void>(response);
        return true;
    }

    /// A short readable form of a request, or of its beginning, without secrets. At most `limit` bytes of any value.
    /// isSecret() tells whether the request contains secrets.
    [[nodiscard]] virtual std::string describe(Bytes request, std::size_t limit) const = 0;
    [[nodiscard]] virtual std::string describeResponse(Bytes response, std::size_t limit) const = 0;
    [[nodiscard]] virtual bool isSecret(Bytes request) const
    {
        static_cast<void>(request);
        return false;
    }
};

} // namespace proximux
