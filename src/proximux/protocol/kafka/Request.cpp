#include <proximux/protocol/kafka/Request.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace proximux::kafka
{

namespace
{

constexpr bool REPEATABLE = true;
constexpr bool SECRET = true;

constexpr std::size_t HEADER = 12;
constexpr std::uint32_t LARGEST = 0x7fffffff;
constexpr unsigned MOST_KEY = 1023; ///< of an API; about 90 are in use
constexpr unsigned MOST_VERSION = 255;

// Versions of Produce in which its beginning changes.
constexpr unsigned WITH_TRANSACTION = 3;
constexpr unsigned FLEXIBLE = 9;
constexpr unsigned NEWEST_PRODUCE = 13;

/// In the order of their keys. APIs between brokers are not among them, nor those whose effect is that of a connection.
constexpr Api APIS[] = {
    {0, "Produce", Effect::produce},
    {1, "Fetch", Effect::waits},
    {2, "ListOffsets", Effect::none, REPEATABLE},
    {3, "Metadata", Effect::none, REPEATABLE},
    {8, "OffsetCommit"},
    {9, "OffsetFetch", Effect::none, REPEATABLE},
    {10, "FindCoordinator", Effect::none, REPEATABLE},
    {11, "JoinGroup", Effect::waits},
    {12, "Heartbeat"},
    {13, "LeaveGroup"},
    {14, "SyncGroup", Effect::waits},
    {15, "DescribeGroups", Effect::none, REPEATABLE},
    {16, "ListGroups", Effect::none, REPEATABLE},
    {17, "SaslHandshake", Effect::handshake},
    {18, "ApiVersions", Effect::none, REPEATABLE},
    {19, "CreateTopics"},
    {20, "DeleteTopics"},
    {21, "DeleteRecords"},
    {22, "InitProducerId"},
    {23, "OffsetForLeaderEpoch", Effect::none, REPEATABLE},
    {24, "AddPartitionsToTxn"},
    {25, "AddOffsetsToTxn"},
    {26, "EndTxn"},
    {28, "TxnOffsetCommit"},
    {29, "DescribeAcls", Effect::none, REPEATABLE},
    {30, "CreateAcls"},
    {31, "DeleteAcls"},
    {32, "DescribeConfigs", Effect::none, REPEATABLE},
    {33, "AlterConfigs", Effect::none, false, SECRET},
    {34, "AlterReplicaLogDirs"},
    {35, "DescribeLogDirs", Effect::none, REPEATABLE},
    {36, "SaslAuthenticate", Effect::authentication, false, SECRET},
    {37, "CreatePartitions"},
    {42, "DeleteGroups"},
    {43, "ElectLeaders"},
    {44, "IncrementalAlterConfigs", Effect::none, false, SECRET},
    {45, "AlterPartitionReassignments"},
    {46, "ListPartitionReassignments", Effect::none, REPEATABLE},
    {47, "OffsetDelete"},
    {48, "DescribeClientQuotas", Effect::none, REPEATABLE},
    {49, "AlterClientQuotas"},
    {50, "DescribeUserScramCredentials", Effect::none, REPEATABLE},
    {51, "AlterUserScramCredentials", Effect::none, false, SECRET},
    {57, "UpdateFeatures"},
    {60, "DescribeCluster", Effect::none, REPEATABLE},
    {61, "DescribeProducers", Effect::none, REPEATABLE},
    {65, "DescribeTransactions", Effect::none, REPEATABLE},
    {66, "ListTransactions", Effect::none, REPEATABLE},
    {68, "ConsumerGroupHeartbeat"},
    {69, "ConsumerGroupDescribe", Effect::none, REPEATABLE},
    {74, "ListConfigResources", Effect::none, REPEATABLE},
    {75, "DescribeTopicPartitions", Effect::none, REPEATABLE},
};

/// Two bytes, which must be there.
unsigned shortAt(Bytes bytes, std::size_t at)
{
    return static_cast<unsigned>(numberAt(bytes, at, 2));
}

/// Takes a nullable string off the front. False: not all of it is there, or its length is impossible.
bool takeText(Bytes& rest, Bytes& text)
{
    if (rest.size() < 2)
        return false;
    const unsigned size = shortAt(rest, 0);
    rest.remove_prefix(2);
    text = {};
    if (size == 0xffff)
        return true;
    if (size > 0x7fff || size > rest.size())
        return false;
    text = rest.substr(0, size);
    rest.remove_prefix(size);
    return true;
}

/// Takes a number of a variable size off the front: seven bits in each byte, the lowest first.
std::optional<std::uint64_t> takeNumber(Bytes& rest)
{
    constexpr std::size_t MOST = 5;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < std::min(MOST, rest.size()); ++i)
    {
        const auto byte = static_cast<unsigned char>(rest[i]);
        value |= std::uint64_t{byte & 0x7fU} << 7 * i;
        if ((byte & 0x80U) != 0)
            continue;
        rest.remove_prefix(i + 1);
        return value;
    }
    return std::nullopt;
}

bool skip(Bytes& rest, std::uint64_t size)
{
    if (size > rest.size())
        return false;
    rest.remove_prefix(static_cast<std::size_t>(size));
    return true;
}

/// Tagged fields: a number of them, then for each its tag, its size and its bytes.
bool skipTags(Bytes& rest)
{
    auto left = takeNumber(rest);
    while (left && *left > 0)
    {
        const auto tag = takeNumber(rest);
        const auto size = tag ? takeNumber(rest) : std::nullopt;
        if (!size || !skip(rest, *size))
            return false;
        --*left;
    }
    return left.has_value();
}

/// The id of a transaction in front of a Produce.
bool skipTransaction(Bytes& rest, unsigned version)
{
    Bytes text;
    if (version < WITH_TRANSACTION)
        return true;
    if (version < FLEXIBLE)
        return takeText(rest, text);
    if (!skipTags(rest))
        return false;
    const auto size = takeNumber(rest); // one more than that of the text; 0: there is none
    return size && skip(rest, std::max<std::uint64_t>(*size, 1) - 1);
}

} // namespace

const Api* findApi(unsigned key)
{
    const auto* found = std::lower_bound(std::begin(APIS), std::end(APIS), key,
                                         [](const Api& each, unsigned wanted) { return each.key < wanted; });
    return found != std::end(APIS) && found->key == key ? found : nullptr;
}

Request::Request(Bytes message)
{
    hasHeader = message.size() >= HEADER;
    if (!hasHeader)
        return;
    key = shortAt(message, SIZE);
    version = shortAt(message, SIZE + 2);
    api = findApi(key);
    _rest = message.substr(HEADER);
    _hasClient = takeText(_rest, client);
}

std::optional<bool> Request::isProduceAnswered() const
{
    Bytes rest = _rest;
    if (!_hasClient || version > NEWEST_PRODUCE || !skipTransaction(rest, version) || rest.size() < 2)
        return std::nullopt;
    return shortAt(rest, 0) != 0; // how many brokers must have it
}

Beginning requestOf(Bytes input)
{
    if (input.size() < SIZE)
        return {};
    const auto size = static_cast<std::uint32_t>(numberAt(input, 0, SIZE));
    if (size < HEADER - SIZE || size > LARGEST)
        return {0, "a Kafka message with an impossible length"};
    if (input.size() >= SIZE + 2 && shortAt(input, SIZE) > MOST_KEY)
        return {0, "a Kafka request with an impossible API key"};
    if (input.size() >= SIZE + 4 && shortAt(input, SIZE + 2) > MOST_VERSION)
        return {0, "a Kafka request with an impossible version"};
    return {input.size() < HEADER ? 0 : SIZE + std::size_t{size}};
}

Beginning responseOf(Bytes input)
{
    if (input.size() < SIZE)
        return {};
    const auto size = static_cast<std::uint32_t>(numberAt(input, 0, SIZE));
    if (size < RESPONSE_ID.width || size > LARGEST)
        return {0, "a Kafka message with an impossible length"};
    return {input.size() < RESPONSE_ID.end() ? 0 : SIZE + std::size_t{size}};
}

} // namespace proximux::kafka
