#pragma once

#include <proximux/exchange/mux/MultiplexerSettings.h>
#include <proximux/protocol/CheckRequest.h>
#include <proximux/protocol/Protocol.h>
#include <proximux/wire/MessageStream.h>

#include <memory>
#include <string>

namespace proximux
{

/// How a target is checked.
struct CheckPlan
{
    std::shared_ptr<const Protocol> protocol; ///< null: it works if a connection to it opens
    Prologue prologue;                        ///< of a new connection
    CheckRequest request;
    bool isSignedIn = true; ///< false: each client signs in itself, and we cannot; a refusal is an answer, too

    /// A harmless request of the protocol.
    static CheckRequest requestOf(const Protocol& protocol);

    /// Whether this response, or its beginning, shows that the target works.
    [[nodiscard]] bool isPassedBy(Bytes response) const { return !isSignedIn || protocol->answersProbe(response); }
};

/// What is said on a connection that is opened for one check: the prologue, then the request. Sans I/O.
class CheckTalk
{
public:
    enum class State
    {
        goesOn,
        passed,
        failed
    };

    /// The plan has a protocol, and must outlive it.
    explicit CheckTalk(const CheckPlan& plan);

    /// The connection is open.
    State begin();

    State received(Bytes bytes);

    /// The target has ended the connection.
    State ended();

    /// What is to be sent now.
    std::string takeOutput();

    /// failed: why. Fixed text.
    [[nodiscard]] const char* why() const { return _why; }

private:
    State fail(const char* why);
    State prologue();
    State ask();
    State responses(Bytes bytes);
    State judge();

    const CheckPlan& _plan;
    std::unique_ptr<ResponseFramer> _framer;
    MessageStream _stream;
    std::string _input; ///< before the request
    std::string _output;
    std::string _response; ///< its beginning
    bool _loggedIn = false;
    bool _asked = false;
    bool _whole = false;
    const char* _why = "";
};

} // namespace proximux
