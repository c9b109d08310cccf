#pragma once

#include "support/Identified.h"
#include "support/ProtocolCheck.h"
#include "support/Test.h"

namespace proximux
{

using namespace identified;

/// Protocols whose messages have an id.
class IdentifiedFixture : public CppUnit::TestCase
{
protected:
    ProtocolCheck _modbus{"modbus"};
    ProtocolCheck _dns{"dns"};

    static ConversationSettings tying()
    {
        ConversationSettings settings;
        settings.pins = true;
        return settings;
    }

    static std::string u32(unsigned value) { return u16(value >> 16U) + u16(value & 0xffffU); }

    static std::string soa(unsigned serial)
    {
        const std::string names = name("ns.zone") + bytes({0xC0, 12});
        return bytes({0xC0, 12}) + record(6, names + u32(serial) + u32(1) + u32(2) + u32(3) + u32(4)).substr(1);
    }

    /// A message with these answers, with the question or without.
    static std::string answers(const std::vector<std::string>& records, bool question = true, unsigned code = 0)
    {
        std::string message = u16(0xabcd) + u16(0x8400 | code) + u16(question ? 1 : 0) +
                              u16(static_cast<unsigned>(records.size())) + u16(0) + u16(1);
        if (question)
            message += name("zone") + u16(252) + u16(1);
        for (const std::string& each : records)
            message += each;
        message += record(250, "signature");
        return u16(static_cast<unsigned>(message.size())) + message;
    }

    /// Which of these messages is the last, however they are cut.
    void assertLast(std::size_t last, const std::vector<std::string>& messages, std::uint32_t hint)
    {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{100000}})
        {
            const auto framer = _dns.protocol().makeResponseFramer();
            for (std::size_t i = 0; i < messages.size(); ++i)
            {
                if (i <= last)
                    framer->expect(hint);
                std::size_t at = 0;
                for (std::size_t seen = piece; at < messages[i].size();)
                {
                    const auto progress = framer->feed(Bytes(messages[i]).substr(at, seen));
                    CPPUNIT_ASSERT_EQUAL(std::string(), std::string(progress.reason));
                    at += progress.taken;
                    seen = progress.taken == 0 ? seen + piece : piece;
                }
                CPPUNIT_ASSERT_EQUAL(i >= last, framer->traits().kind == ResponseTraits::Kind::final);
            }
        }
    }

    /// An IXFR from this serial on: its SOA stands among the authorities.
    static std::string differences(unsigned serial)
    {
        std::string query = dns("zone", 251, 0x0100, soa(serial));
        query[11] = '\1';
        return query;
    }

    /// The code with which a request is answered in the target's place; 0: it is not.
    unsigned refusal(const std::string& query)
    {
        const RequestTraits traits = ProtocolCheck::ask(*_dns.talk(tying()), query);
        if (!traits.local)
            return 0;
        CPPUNIT_ASSERT_EQUAL(query.substr(2, 2), traits.reply.substr(2, 2));
        CPPUNIT_ASSERT_EQUAL(0U, traits.pins);
        _dns.responses().finds({traits.reply});
        return static_cast<unsigned char>(traits.reply[5]) & 15U;
    }

    static std::string query(unsigned flags, const std::vector<unsigned>& counts, const std::string& rest)
    {
        std::string message = u16(0xabcd) + u16(flags);
        for (const unsigned count : counts)
            message += u16(count);
        message += rest;
        return u16(static_cast<unsigned>(message.size())) + message;
    }
};

} // namespace proximux
