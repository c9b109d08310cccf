#pragma once

#include <proximux/Pins.h>
#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/mysql/ClientLogin.h>
#include <proximux/protocol/mysql/ClientStatements.h>
#include <proximux/protocol/mysql/Effects.h>
#include <proximux/protocol/mysql/PacketReader.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/Traces.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace proximux::mysql
{

/// One client that shares connections: its login, and the state that its statements leave behind. Settings are made
/// again on whichever connection serves it next; what else lasts beyond a transaction pins it.
class ClientSession : public Conversation
{
public:
    explicit ClientSession(const ConversationSettings& settings);

    void begin(std::uint64_t client, Bytes address) override { _entry.begin(client, address); }
    [[nodiscard]] Bytes user() const override { return _entry.known(); }
    bool opened(RequestTraits& traits) override;
    void request(Bytes bytes, bool whole, RequestTraits& traits) override;
    Continuation goesOn(Bytes bytes, bool mayPin) override;
    Prelude prelude(Bytes bytes, const RequestTraits& traits, ConnectionMemory& memory) override;
    void unsent(const RequestTraits& traits) override;
    void fit(Bytes bytes, bool begins, const RequestTraits& traits, ConnectionMemory& memory,
             std::string& text) override;
    void translate(Bytes bytes, const RequestTraits& traits, std::string& text) override;
    bool failed(const RequestTraits& traits, Failure failure, std::string& reply) override;
    bool unpinned(const RequestTraits& traits, const std::string& why, std::string& reply) override;
    bool malformed(const char* why, std::string& reply) override;
    bool expired(const char* why, std::string& reply) override;
    bool drained(std::string& reply) override;
    void held(unsigned reasons) override;
    void signedIn(bool accepted) override;
    void told(const Told& what) override;

private:
    // ---- commands

    void command(Bytes bytes, bool whole, RequestTraits& traits);
    void dispatch(std::uint8_t code, Bytes bytes, bool whole, RequestTraits& traits);
    void local(std::uint8_t code, RequestTraits& traits);
    void statement(Bytes bytes, bool whole, RequestTraits& traits);
    bool decides(const Effects& effects, Bytes text, RequestTraits& traits);
    void setOption(Bytes arguments, RequestTraits& traits);
    void change(const SessionSettings& changes, RequestTraits& traits);
    void judge(const Effects& effects, bool whole, RequestTraits& traits);
    [[nodiscard]] std::optional<Refusal> refusalOf(const Effects& effects) const;
    [[nodiscard]] bool mayTie(unsigned ties) const
    {
        return (ties & ~_held) == 0 || _mayPin || (_held & ~pins::LEASE) != 0;
    }
    void ask(const Effects& effects, bool whole, RequestTraits& traits);
    void refuseStatement(const Refusal& refusal, RequestTraits& traits);

    // ---- prepared statements

    void prepare(Bytes bytes, bool whole, RequestTraits& traits);
    void prepared(std::uint8_t code, Bytes bytes, bool whole, RequestTraits& traits);
    void execute(Bytes bytes, RequestTraits& traits);
    void sendLongData(RequestTraits& traits);
    void resetStatement(RequestTraits& traits);
    void closeStatement(std::uint32_t id, RequestTraits& traits);
    void ends(const ClientStatement& statement, RequestTraits& traits) const;

    /// Whether a backslash in quotes takes the meaning of the next character.
    [[nodiscard]] bool escapes() const { return (_status & status::NO_BACKSLASH_ESCAPES) == 0; }

    /// Whether it is known that double quotes are such.
    [[nodiscard]] bool doubleQuotes() const { return _isMariadb && (_status & status::ANSI_QUOTES) == 0; }

    void reset();

    std::shared_ptr<SharedCommons> _commons;
    ClientLogin _entry;
    bool _mayPin;
    bool _mayKill;
    unsigned _number = 0; ///< of the packet that answers the present message

    // ---- its session

    std::shared_ptr<const Login> _login;
    std::shared_ptr<const Login> _next; ///< as soon as the target has agreed
    std::uint64_t _status = 0;          ///< what an OK of ours says
    bool _isMariadb = false;            ///< its target is
    bool _namesDatabase = false;        ///< which it is then
    bool _isDatabaseKnown = true;       ///< which is the default
    unsigned _held = 0;                 ///< reasons by which it is pinned, as told last
    bool _countsFound = false;          ///< it is pinned by a statement that has counted rows
    bool _counted = false;              ///< it was, until the present statement
    bool _hasSqlPrepared = false;       ///< it is pinned by a statement that was prepared by its text
    Traces _traces;

    // ---- its prepared statements

    std::size_t _keptByLane; ///< at most
    ClientStatements _statements;
    std::shared_ptr<ClientStatement> _statement; ///< that the present command is about, or the last one was
    bool _hasAnswered = false;                   ///< all that was said before the present command was answered

    // ---- a statement of which more is to come

    std::optional<EffectsReader> _reader;
    PacketReader _packets;
    unsigned _ties = 0; ///< of what came of it
};

} // namespace proximux::mysql
