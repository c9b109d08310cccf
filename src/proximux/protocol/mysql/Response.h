#pragma once

#include <proximux/Bytes.h>
#include <proximux/protocol/mysql/Command.h>

#include <cstddef>
#include <cstdint>

namespace proximux::mysql
{

/// Whether this message of the server, or its beginning, is ERR.
inline bool isError(Bytes head)
{
    constexpr char ERR = '\xFF';
    return !head.empty() && head.front() == ERR;
}

/// Finds the end of one command's response, message by message. Examines the beginning of each message and keeps
/// nothing.
///
///     answer --> definitions --> definitionsEnd --> rows --> done      a result set; with more results: answer again
///       |  \--> file --> answer                                        the client sends a file
///       \--> done                                                      OK, ERR
///
/// Other kinds of reply stay in one stage (status, text, login, stream, rows), or pass through definitions twice
/// (prepare: parameters, then columns).
class Response
{
public:
    /// Number of bytes of a message that message() needs.
    static constexpr std::size_t HEAD = 32;

    enum class Outcome
    {
        more,    ///< further messages follow
        done,    ///< the response is complete
        nonsense ///< the message is invalid here
    };

    enum class Stage
    {
        answer,
        definitions,
        definitionsEnd,
        rows,
        file,
        prepare,
        status,
        text,
        login,
        stream
    };

    /// reply: any but Reply::none. capabilities: those in force.
    Response(Reply reply, std::uint64_t capabilities);

    /// Processes a message of the server: its first HEAD bytes and its size.
    Outcome message(Bytes head, std::uint64_t size);

    /// The client has sent its file; the server's answer follows.
    void fileEnded() { _stage = Stage::answer; }

    [[nodiscard]] Stage stage() const { return _stage; }

    /// Whether a message that begins with this byte, and has that size, is OK or EOF here: it has a status.
    [[nodiscard]] bool hasStatus(char first, std::uint64_t size) const;

    /// Whether the last message was ERR.
    [[nodiscard]] bool isError() const { return _error; }

    /// The statement id returned by a successful prepare.
    [[nodiscard]] std::uint32_t statementId() const { return _statementId; }

    /// And how many parameters the statement has.
    [[nodiscard]] std::uint64_t parameters() const { return _parameters; }

private:
    Outcome error(Bytes head);
    Outcome answer(Bytes head, std::uint64_t size);
    Outcome columnCount(Bytes head, std::uint64_t size);
    Outcome definitionsEnd(Bytes head, std::uint64_t size);
    Outcome row(Bytes head, std::uint64_t size);
    Outcome prepared(Bytes head, std::uint64_t size);
    Outcome status(Bytes head);
    Outcome login(Bytes head, std::uint64_t size);
    Outcome resultEnd(std::uint64_t flags);

    Outcome define(std::uint64_t count);
    Outcome defined();
    [[nodiscard]] bool has(std::uint64_t capability) const { return (_capabilities & capability) != 0; }

    std::uint64_t _capabilities;
    std::uint64_t _definitions = 0;     ///< still to come
    std::uint64_t _columnsToDefine = 0; ///< prepare: columns to come after the parameters
    std::uint64_t _parameters = 0;
    std::uint32_t _statementId = 0;
    Reply _reply;
    Stage _stage;
    bool _error = false;
};

} // namespace proximux::mysql
