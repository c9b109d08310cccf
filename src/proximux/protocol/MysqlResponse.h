#pragma once

#include <proximux/protocol/MysqlCommand.h>
#include <proximux/wire/Bytes.h>

#include <cstddef>
#include <cstdint>

namespace proximux
{

/// Finds the end of one command's response, message by message. Sees the beginning of each, keeps nothing of it.
///
///     answer --> definitions --> definitionsEnd --> rows --> done      a result set; with more results: answer again
///       |  \--> file --> answer                                        the client sends a file
///       \--> done                                                      OK, ERR
///
/// The other kinds of reply stay in one stage (status, text, login, stream, rows), or go through definitions twice
/// (prepare: parameters, then columns).
class MysqlResponse
{
public:
    /// How many bytes of a message message() wants to see.
    static constexpr std::size_t HEAD = 32;

    enum class Outcome
    {
        more,    ///< further messages follow
        done,    ///< the response is whole
        nonsense ///< such a message can't stand here
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

    /// For a command's reply, not MysqlReply::none, with the capabilities that are in force.
    MysqlResponse(MysqlReply reply, std::uint64_t capabilities);

    /// A message of the server: its first HEAD bytes and its size.
    Outcome message(Bytes head, std::uint64_t size);

    /// The client's file is whole: the server answers now.
    void fileEnded() { _stage = Stage::answer; }

    [[nodiscard]] Stage stage() const { return _stage; }

    /// Whether the last message was ERR.
    [[nodiscard]] bool isError() const { return _error; }

    /// What a successful prepare named.
    [[nodiscard]] std::uint32_t statementId() const { return _statementId; }

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
    std::uint64_t _definitions = 0;     ///< that still come
    std::uint64_t _columnsToDefine = 0; ///< prepare: those that come behind the parameters
    std::uint32_t _statementId = 0;
    MysqlReply _reply;
    Stage _stage;
    bool _error = false;
};

} // namespace proximux
