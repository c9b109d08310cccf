#include <proximux/protocol/diameter/Diameter.h>

#include <proximux/protocol/Delimited.h>
#include <proximux/protocol/diameter/ClientConversation.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace proximux::diameter
{

namespace
{

constexpr std::size_t SHOWN = 4096;          ///< bytes of a target's request that are looked at
constexpr std::size_t MOST_OF_LOGIN = 16384; ///< bytes of the answer to a login

using RequestFramer = DelimitedFramer<messageOf>;

class ResponseFramer : public proximux::ResponseFramer
{
public:
    explicit ResponseFramer(Origin us)
        : _us(std::move(us))
    {
    }

    Progress feed(Bytes input) override
    {
        return _delimiter.feed(input, [this](Bytes bytes) { return begin(bytes); });
    }

    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

private:
    Beginning begin(Bytes input)
    {
        const Beginning beginning = messageOf(input);
        if (beginning.size == 0)
            return beginning;
        if (isRequest(input) && input.size() < std::min(beginning.size, SHOWN))
            return {};
        _traits.clear();
        if (isRequest(input))
            judge(input.substr(0, std::min(beginning.size, SHOWN)));
        else
            _traits.check = checkOf(input);
        return beginning;
    }

    /// Nobody knows for which client a target's request is, beside those between peers.
    void judge(Bytes request)
    {
        const std::uint64_t command = commandOf(request);
        const bool isOfPeers = command == command::WATCHDOG || command == command::DISCONNECT;
        _traits.kind = ResponseTraits::Kind::request;
        _traits.closesTarget = command == command::DISCONNECT;
        _traits.reply = answerTo(essenceOf(request), isOfPeers ? result::SUCCESS : result::UNABLE_TO_DELIVER, _us);
    }

    Origin _us;
    Delimiter _delimiter;
    ResponseTraits _traits;
};

class Diameter : public Protocol
{
public:
    explicit Diameter(const Framing& framing)
        : _us{framing.diameterIdentity, framing.diameterRealm}
        , _applications(framing.diameterApplications)
    {
    }

    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<RequestFramer>();
    }

    [[nodiscard]] std::unique_ptr<proximux::ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<ResponseFramer>(_us);
    }

    [[nodiscard]] std::unique_ptr<Conversation> makeConversation(const ConversationSettings& settings) const override
    {
        return std::make_unique<ClientConversation>(settings, _us);
    }

    [[nodiscard]] std::optional<IdField> requestId() const override { return ID; }
    [[nodiscard]] std::optional<IdField> responseId() const override { return ID; }
    [[nodiscard]] bool isTwoWay() const override { return true; }

    /// A Capabilities-Exchange; none without an identity.
    [[nodiscard]] Login login(const Credentials&) const override
    {
        if (_us.host.empty())
            return {};
        return {capabilitiesRequest(_us, _applications), "", true};
    }

    /// What it must have in common with the request, and that it succeeded.
    [[nodiscard]] LoginAnswer judgeLogin(Bytes came) const override
    {
        using State = LoginAnswer::State;
        const Beginning beginning = messageOf(came);
        if (beginning.wrong != nullptr || beginning.size > MOST_OF_LOGIN)
            return {State::refused};
        if (beginning.size == 0 || came.size() < beginning.size)
            return {State::more};
        const Bytes answer = came.substr(0, beginning.size);
        const std::string asked = capabilitiesRequest(_us, _applications);
        const bool isAccepted = !isRequest(answer) && ID.read(answer) == ID.read(asked) &&
                                checkOf(answer) == checkOf(asked) && resultOf(answer) == result::SUCCESS &&
                                find(answer, avp::ORIGIN_HOST) && find(answer, avp::ORIGIN_REALM);
        return {isAccepted ? State::accepted : State::refused, answer.size()};
    }

    [[nodiscard]] std::string probe(std::uint32_t number) const override { return watchdogRequest(_us, number); }

    [[nodiscard]] bool answersProbe(Bytes response) const override
    {
        return response.size() >= HEADER && commandOf(response) == command::WATCHDOG &&
               resultOf(response) == result::SUCCESS;
    }

    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        return diameter::describe(request).substr(0, limit);
    }

    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        return diameter::describe(response).substr(0, limit);
    }

    [[nodiscard]] bool isSecret(Bytes request) const override
    {
        return request.size() >= HEADER && !isPublic(commandOf(request));
    }

private:
    Origin _us;
    std::vector<PeerApplication> _applications;
};

std::unique_ptr<Protocol> make(const Framing& framing)
{
    return std::make_unique<Diameter>(framing);
}

} // namespace

ProtocolInfo info()
{
    ProtocolInfo info = delimitedProtocol<make>("diameter", "Diameter (RFC 6733)");
    info.pairing = Pairing::identifier;
    info.mayGreet = false;
    info.settings = {"exchange.diameter_identity", "exchange.diameter_realm", "exchange.diameter_applications"};
    info.requiredToShare = {{"exchange.diameter_identity", "the Origin-Host of Proximux", "proximux.invalid"},
                            {"exchange.diameter_realm", "the Origin-Realm of Proximux", "invalid"}};
    return info;
}

} // namespace proximux::diameter
