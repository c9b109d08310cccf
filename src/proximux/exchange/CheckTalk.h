#pragma once

#include <proximux/exchange/mux/MultiplexerSettings.h>
#include <proximux/protocol/CheckRequest.h>
#include <proximux/protocol/Protocol.h>
#include <proximux/wire/MessageStream.h>

#include <memory>
#include <optional>
#include <string>

namespace proximux
{

/// How a target is checked.
struct CheckPlan
{
    std::shared_ptr<const Protocol> protocol; ///< null: nothing is known of its messages
    Prologue prologue;                        ///< of a new connection
    CheckRequest request;
    std::optional<std::string> expects; ///< how the response begins; nothing: as the protocol says
    bool isSignedIn = true; ///< false: each client signs in itself, and we cannot; a refusal is an answer, too

    /// The check with these bytes, one request of the protocol.
    static CheckRequest requestOf(const Protocol& protocol, const std::string& bytes);

    /// Whether the target works if a connection to it opens.
    [[nodiscard]] bool isSilent() const { return !protocol && !expects; }

    /// Whether this response, or its beginning, shows that the target works.
    [[nodiscard]] bool isPassedBy(Bytes response) const
    {
        if (expects)
            return response.substr(0, expects->size()) == *expects;
        return !isSignedIn || protocol->answersProbe(response);
    }
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

    /// The plan, which is not silent, must outlive it.
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
    State beginning(Bytes bytes);
    State judge();

    const CheckPlan& _plan;
    std::unique_ptr<ResponseFramer> _framer; ///< null: nothing is known of its messages
    std::optional<MessageStream> _stream;
    std::string _input; ///< before the request
    std::string _output;
    std::string _response; ///< its beginning
    bool _loggedIn = false;
    bool _asked = false;
    bool _whole = false;
    const char* _why = "";
};

} // namespace proximux
