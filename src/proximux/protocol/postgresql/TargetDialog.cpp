#include <proximux/protocol/postgresql/TargetDialog.h>

#include <proximux/protocol/postgresql/Messages.h>
#include <proximux/protocol/postgresql/Startup.h>

#include <algorithm>
#include <utility>

namespace proximux::postgresql
{

namespace
{

constexpr std::size_t LONGEST_MESSAGE = 65536; ///< bytes, of those in a login
constexpr std::size_t LONGEST_OUTCOME = 65536;

/// What AuthenticationRequest asks for.
enum Request : std::uint64_t
{
    ok = 0,
    clearText = 3,
    md5 = 5,
    sasl = 10,
    saslContinue = 11,
    saslFinal = 12
};

std::string passwordMessage(Bytes text)
{
    std::string body;
    appendText(body, text);
    return message('p', body);
}

} // namespace

TargetDialog::TargetDialog(std::shared_ptr<auth::Authenticator> authenticator, auth::Identity identity,
                           std::string packet)
    : _authenticator(std::move(authenticator))
    , _identity(std::move(identity))
    , _packet(std::move(packet))
{
}

LoginDialog::Step TargetDialog::hear(Bytes came)
{
    Step step;
    while (step.state == State::more && came.size() - step.taken >= HEADER)
    {
        const Bytes rest = came.substr(step.taken);
        const std::uint64_t length = lengthAt(rest, 1);
        if (length < 4 || length > LONGEST_MESSAGE || _outcome.size() > LONGEST_OUTCOME)
        {
            step.state = refuse("08P01", "the target does not speak PostgreSQL");
            return step;
        }
        const auto size = static_cast<std::size_t>(length + 1);
        if (rest.size() < size)
            break;
        step.taken += size;
        step.state = take(rest.front(), rest.substr(0, size), step.says);
    }
    return step;
}

TargetDialog::State TargetDialog::take(char type, Bytes whole, std::string& says)
{
    switch (type)
    {
    case 'R':
        return authenticate(whole.substr(HEADER), says);
    case 'S':
    case BACKEND_KEY:
        _outcome.append(whole);
        return State::more;
    case 'N':
    case 'v':
        return State::more;
    case 'Z':
        return _isIn ? State::accepted : refuse("08P01", "the target has let nobody in");
    case 'E':
        _outcome = whole;
        return State::refused;
    default:
        return refuse("08P01", "the target does not speak PostgreSQL");
    }
}

TargetDialog::State TargetDialog::authenticate(Bytes body, std::string& says)
{
    const Bytes data = body.substr(std::min<std::size_t>(4, body.size()));
    const std::uint64_t request = readNumber(body.substr(0, 4));
    if (_isIn || (request != ok && !isInTurn(request)))
        return refuse("08P01", "the target does not keep to the order of a login");
    switch (request)
    {
    case ok:
        _isIn = !_scram || _isGenuine;
        return _isIn ? State::more : refuse("08P01", "the target has not proven to know the password");
    case clearText:
        if (!_identity.isKnown || _identity.secret.kind != auth::Secret::Kind::clear)
            return refuseWithoutSecret("password");
        says += passwordMessage(_identity.secret.text);
        return State::more;
    case md5:
        if (const auto answer = _authenticator->md5Answer(_identity, data.substr(0, 4)))
        {
            says += passwordMessage(*answer);
            return State::more;
        }
        return refuseWithoutSecret("md5");
    case sasl:
        return beginScram(data, says);
    case saslContinue:
        _isProven = true;
        if (const auto proof = _scram->prove(data))
        {
            says += message('p', *proof);
            return State::more;
        }
        return refuseWithoutSecret("scram-sha-256");
    case saslFinal:
        _isGenuine = _scram->isGenuine(data);
        return State::more;
    default:
        return refuse("0A000", "the target wants a login of a kind that is not supported");
    }
}

/// Each costs time or memory, so it is answered once.
bool TargetDialog::isInTurn(std::uint64_t request)
{
    if (request == saslContinue)
        return _scram && !_isProven;
    if (request == saslFinal)
        return _isProven && !_isGenuine;
    return !std::exchange(_isAsked, true);
}

TargetDialog::State TargetDialog::beginScram(Bytes methods, std::string& says)
{
    bool isOffered = false;
    bool mayBind = false;
    for (std::size_t at = 0; at < methods.size() && methods[at] != '\0'; at += textAt(methods, at).size() + 1)
    {
        isOffered = isOffered || textAt(methods, at) == auth::SCRAM_SHA_256;
        mayBind = mayBind || textAt(methods, at) == auth::SCRAM_SHA_256_PLUS;
    }
    const bool isBound = mayBind && !_binding.empty();
    if (!isOffered && !isBound)
        return refuse("0A000", "the target wants a login of a kind that is not supported");
    auth::ScramChannel channel;
    if (isBound)
        channel = {auth::BOUND_TO_SERVER, _binding};
    else if (!_binding.empty() && !mayBind)
        channel.header = auth::COULD_BE_BOUND;
    _scram.emplace(
        _authenticator->digests(), _authenticator->nonce(),
        [this](Bytes salt, unsigned rounds) { return _authenticator->keysOf(_identity, salt, rounds); },
        std::move(channel));
    std::string body;
    appendText(body, isBound ? auth::SCRAM_SHA_256_PLUS : auth::SCRAM_SHA_256);
    const std::string first = _scram->begin();
    appendNumber(body, first.size(), 4);
    says += message('p', body + first);
    return State::more;
}

TargetDialog::State TargetDialog::refuse(Bytes code, const std::string& text)
{
    _outcome = errorMessage("FATAL", code, "proximux: " + text);
    return State::refused;
}

TargetDialog::State TargetDialog::refuseWithoutSecret(const char* method)
{
    return refuse("28000", "the target wants a login by " + std::string(method) + " for user \"" + _identity.name +
                               "\", for which what is known of its password is of no use (auth.file, "
                               "target.N.username)");
}

} // namespace proximux::postgresql
