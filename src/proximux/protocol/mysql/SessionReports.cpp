#include <proximux/protocol/mysql/SessionReports.h>

#include <proximux/Number.h>
#include <proximux/protocol/mysql/Fields.h>
#include <proximux/protocol/mysql/Packets.h>

#include <algorithm>
#include <iterator>

namespace proximux::mysql
{

namespace
{

/// The kinds of a change that tell nothing that lasts: those of a transaction, whose state the status has.
enum Change : std::uint64_t
{
    transactionIds = 3,
    transactionCharacteristics = 4,
    transactionState = 5
};

constexpr std::uint64_t VARIABLE = 0;
constexpr std::uint64_t SCHEMA = 1;

/// The variables of which clients are told, unless they want others. In their order.
constexpr Bytes TOLD[] = {"autocommit", "character_set_client", "character_set_connection", "character_set_results",
                          "time_zone"};

/// The variables on which it depends what a text means. In their order.
constexpr Bytes OF_MEANING[] = {"character_set_client", "character_set_connection", "collation_connection", "sql_mode"};

/// Whether a change is among these after which a text may mean something else.
bool changesMeaning(Bytes changes)
{
    Fields fields(changes);
    while (!fields.rest().empty() && fields.isGood())
    {
        const std::uint64_t kind = fields.number(1);
        const Bytes data = fields.lengthEncodedText();
        if (kind == SCHEMA || !fields.isGood())
            return true;
        if (kind == VARIABLE &&
            std::binary_search(std::begin(OF_MEANING), std::end(OF_MEANING), Fields(data).lengthEncodedText()))
            return true;
    }
    return changes.empty();
}

/// Those of the changes of which a client is told.
std::string changesFor(Bytes changes)
{
    std::string told;
    Fields fields(changes);
    while (!fields.rest().empty() && fields.isGood())
    {
        const Bytes from = fields.rest();
        const std::uint64_t kind = fields.number(1);
        const Bytes data = fields.lengthEncodedText();
        const Bytes name = kind == VARIABLE ? Fields(data).lengthEncodedText() : Bytes();
        if (kind == SCHEMA || std::binary_search(std::begin(TOLD), std::end(TOLD), name))
            told += from.substr(0, from.size() - fields.rest().size());
    }
    return told;
}

/// Whether a change is among these that lasts.
bool lasts(Bytes changes)
{
    Fields fields(changes);
    while (!fields.rest().empty() && fields.isGood())
    {
        const std::uint64_t kind = fields.number(1);
        fields.lengthEncodedText();
        if (kind < transactionIds || kind > transactionState || !fields.isGood())
            return true;
    }
    return false;
}

} // namespace

std::optional<SessionReport> readOk(Bytes payload)
{
    Fields fields(payload);
    fields.skip(1);
    fields.lengthEncodedNumber(); // affected rows
    SessionReport report;
    report.inserted = fields.lengthEncodedNumber();
    const std::size_t at = payload.size() - fields.rest().size();
    report.status = fields.number(2);
    report.hasMessages = fields.number(2) != 0;
    const std::size_t end = payload.size() - fields.rest().size();
    const bool isChanged = (report.status & status::STATE_CHANGED) != 0;
    const Bytes info = fields.rest().empty() ? Bytes() : fields.lengthEncodedText();
    const Bytes changes = isChanged && !fields.rest().empty() ? fields.lengthEncodedText() : Bytes();
    if (!fields.isGood())
        return std::nullopt;
    report.hasChanged = isChanged && (changes.empty() || lasts(changes));
    report.hasOtherMeaning = isChanged && changesMeaning(changes);
    report.status &= ~status::STATE_CHANGED;
    report.payload = payload.substr(0, end);
    writeNumber(report.status, &report.payload[at], 2, ByteOrder::little);
    report.tracked = report.payload;
    const std::string told = changesFor(changes);
    if (!told.empty())
        writeNumber(report.status | status::STATE_CHANGED, &report.tracked[at], 2, ByteOrder::little);
    if (!told.empty() || !info.empty())
        appendLengthEncoded(report.tracked, info);
    if (!told.empty())
        appendLengthEncoded(report.tracked, told);
    if (!info.empty())
        appendLengthEncoded(report.payload, info);
    return report;
}

/// It does not say what has changed.
std::optional<SessionReport> readEof(Bytes payload)
{
    constexpr std::size_t SIZE = 5;
    constexpr std::size_t AT = 3;
    if (payload.size() != SIZE)
        return std::nullopt;
    SessionReport report;
    report.hasMessages = numberAt(payload, 1, 2, ByteOrder::little) != 0;
    report.status = numberAt(payload, AT, 2, ByteOrder::little);
    report.hasChanged = report.hasOtherMeaning = (report.status & status::STATE_CHANGED) != 0;
    report.status &= ~status::STATE_CHANGED;
    report.payload = payload;
    writeNumber(report.status, &report.payload[AT], 2, ByteOrder::little);
    return report;
}

} // namespace proximux::mysql
