#include <proximux/exchange/CheckTalk.h>

#include <utility>

namespace proximux
{

/// Of what its conversation knows, only what concerns the response: the request is ours, and no client's.
CheckRequest CheckPlan::requestOf(const Protocol& protocol, const std::string& bytes)
{
    CheckRequest request;
    request.bytes = bytes;
    const auto conversation = protocol.translates().empty() ? protocol.makeConversation({}) : nullptr;
    if (conversation == nullptr)
        return request;
    RequestTraits known;
    conversation->request(request.bytes, true, known);
    request.traits.hint = known.hint;
    request.traits.check = known.check;
    request.traits.dialect = known.dialect;
    request.needsDialect = known.dialect != 0 && protocol.changeTo(known.dialect).request.empty();
    return request;
}

CheckTalk::CheckTalk(const CheckPlan& plan)
    : _plan(plan)
{
    if (!plan.protocol)
        return;
    _framer = plan.protocol->makeResponseFramer();
    _stream.emplace(*_framer);
}

CheckTalk::State CheckTalk::begin()
{
    _output = _plan.prologue.says;
    return prologue();
}

CheckTalk::State CheckTalk::received(Bytes bytes)
{
    if (_asked)
        return _framer ? responses(bytes) : beginning(bytes);
    _input.append(bytes);
    return prologue();
}

CheckTalk::State CheckTalk::ended()
{
    if (_framer && _asked && !_response.empty() && _framer->finish())
        return judge();
    return fail("the target closed the connection");
}

std::string CheckTalk::takeOutput()
{
    return std::exchange(_output, std::string());
}

CheckTalk::State CheckTalk::fail(const char* why)
{
    _why = why;
    return State::failed;
}

CheckTalk::State CheckTalk::prologue()
{
    if (_plan.prologue.isJudged && !_loggedIn)
    {
        const LoginAnswer answer = _plan.protocol->judgeLogin(_input);
        if (answer.state == LoginAnswer::State::refused)
            return fail("the login was refused");
        if (answer.state == LoginAnswer::State::more)
            return State::goesOn;
        _input.erase(0, answer.size);
        _loggedIn = true;
    }
    const Bytes expected = _plan.prologue.expects;
    if (Bytes(_input).substr(0, expected.size()) != expected.substr(0, _input.size()))
        return fail("an unexpected reply to the prologue");
    if (_input.size() < expected.size())
        return State::goesOn;
    return ask();
}

CheckTalk::State CheckTalk::ask()
{
    const Bytes early = Bytes(_input).substr(_plan.prologue.expects.size());
    if (_framer && !early.empty())
        return fail("the target sent data before the request");
    _asked = true;
    _output.append(_plan.request.bytes);
    return early.empty() ? State::goesOn : beginning(early);
}

/// What comes from a target that may speak first, and whose messages have no end that is known.
CheckTalk::State CheckTalk::beginning(Bytes bytes)
{
    const Bytes expected = *_plan.expects;
    _response.append(bytes.substr(0, expected.size() - _response.size()));
    if (_response != expected.substr(0, _response.size()))
        return judge();
    return _response.size() < expected.size() ? State::goesOn : judge();
}

CheckTalk::State CheckTalk::responses(Bytes bytes)
{
    using Kind = ResponseTraits::Kind;
    const auto expect = [this] { _framer->expect(_plan.request.traits.hint); };
    const auto take = [this](Bytes piece, bool last)
    {
        const Kind kind = _framer->traits().kind;
        const bool isOurs = kind != Kind::interim && kind != Kind::request;
        if (isOurs && _response.size() < Protocol::MAX_PROOF)
            _response.append(piece.substr(0, Protocol::MAX_PROOF - _response.size()));
        _whole = last && _framer->traits().endsRequest();
        return !_whole;
    };
    if (_stream->feed(bytes, expect, take) != nullptr)
        return fail("an invalid response");
    return _whole ? judge() : State::goesOn;
}

CheckTalk::State CheckTalk::judge()
{
    return _plan.isPassedBy(_response) ? State::passed : fail("an unexpected response");
}

} // namespace proximux
