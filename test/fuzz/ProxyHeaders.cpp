#include "fuzz/Fuzz.h"

#include <proximux/wire/ProxyHeaderReader.h>

#include <algorithm>
#include <string>

namespace proximux::fuzz
{

namespace
{

using State = ProxyHeaderReader::State;

/// What becomes of the bytes if at most `piece` of them come at a time.
struct Reading
{
    Reading(Bytes input, std::size_t piece)
    {
        while (state == State::more && taken < input.size())
        {
            check(reader.wanted() > 0, "a header that is not whole wants more");
            const Bytes part = input.substr(taken, std::min(reader.wanted(), piece));
            state = reader.take(part);
            taken += part.size();
        }
    }

    ProxyHeaderReader reader;
    State state = State::more;
    std::size_t taken = 0;
};

bool areSame(const ProxyHeader& a, const ProxyHeader& b)
{
    return a.isLocal == b.isLocal && a.source.host() == b.source.host() && a.source.port == b.source.port &&
           a.destination.host() == b.destination.host() && a.destination.port == b.destination.port &&
           a.alpn == b.alpn && a.authority == b.authority && a.uniqueId == b.uniqueId && a.ssl == b.ssl;
}

/// What was read is written, and read again.
void checkAgain(const ProxyHeader& header)
{
    constexpr unsigned ALL = 0x1F;
    const std::string written = proxyHeaderV2(header, ALL);
    if (written.size() - ProxyHeader::FIXED_OF_V2 > ProxyHeader::MOST_OF_V2)
        return; // the checksum is one more extension
    const Reading again(written, written.size());
    check(again.state == State::complete && again.taken == written.size(), "a written header can be read");
    check(header.isLocal || header.source.family == ProxyEnd::Family::none || areSame(header, again.reader.header()),
          "a written header says the same");
    const std::string line = proxyHeaderV1(header);
    check(Reading(line, line.size()).state == State::complete, "a written line can be read");
}

} // namespace

void runProxyHeaders(std::string_view, Bytes input)
{
    const Reading whole(input, input.size() + 1);
    for (const std::size_t piece : {1U, 3U, 16U})
    {
        const Reading parts(input, piece);
        check(whole.state == parts.state, "a header is the same, however it comes");
        check(whole.state != State::complete || whole.taken == parts.taken, "a header ends at the same byte");
        check(areSame(whole.reader.header(), parts.reader.header()) || whole.state != State::complete,
              "a header says the same, however it comes");
    }
    check((whole.state == State::malformed) == (*whole.reader.why() != '\0'), "what is malformed has a reason");
    if (whole.state == State::complete)
        checkAgain(whole.reader.header());
}

} // namespace proximux::fuzz
