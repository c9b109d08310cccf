#pragma once

#include "support/MemcachedAnswers.h"
#include "support/SharingFixture.h"

#include <proximux/protocol/resp/Resp.h>

#include <string>

namespace proximux
{

/// What the tests of the rules of fifo and funnel share: protocols by name, and messages in them. A file has one rule.
class Rules : public SharingFixture
{
protected:
    void line(std::size_t connections = 1, std::size_t pipeline = 1, std::size_t targets = 1)
    {
        Options options;
        options.connections = connections;
        options.targets = targets;
        options.exchange.pipeline = pipeline;
        begin(options);
    }

    void named(const std::string& protocol, std::size_t connections = 1, std::size_t pipeline = 8,
               std::size_t maxPinned = 0)
    {
        Options options;
        options.protocol = protocol;
        options.connections = connections;
        options.exchange.pipeline = pipeline;
        options.exchange.maxPinned = maxPinned;
        options.exchange.conversation.pins = maxPinned > 0;
        options.exchange.byId = protocol == "modbus" || protocol == "dns";
        begin(options);
    }

    static std::string modbus(unsigned id, int unit, const std::string& data = "\1\2\3\4")
    {
        std::string text = {static_cast<char>(id >> 8U),        static_cast<char>(id),   0, 0, 0,
                            static_cast<char>(2 + data.size()), static_cast<char>(unit), 3};
        return text + data;
    }

    /// With the id of this message of ours.
    static std::string answer(const std::string& request, const std::string& data)
    {
        const auto id = static_cast<unsigned>(readNumber(Bytes(request).substr(0, 2)));
        return modbus(id, request[6], data);
    }

    static std::string command(std::initializer_list<std::string_view> words) { return resp::encodeCommand(words); }

    static const std::string& get()
    {
        static const std::string TEXT = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        return TEXT;
    }

    static const std::string& ok()
    {
        static const std::string TEXT = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        return TEXT;
    }

    /// Questions with the ids 7 and 8; the second is signed, so that its id must stay.
    static std::string plainQuestion() { return std::string("\0\x13\0\7\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1", 21); }

    static std::string signedQuestion()
    {
        const std::string signature("\0\0\xFA\0\xFF\0\0\0\0\0\0", 11); // TSIG, of which the rest does not matter
        return std::string("\0\x1E\0\x8\1\0\0\1\0\0\0\0\0\1\1a\0\0\1\0\1", 21) + signature;
    }

    /// A client that has said ten bytes of a request streams it.
    void small()
    {
        Options options;
        options.exchange.requestBuffer = 10;
        begin(options);
    }

    /// Modbus: reads a register of this unit; and the answer to a request as the target got it.
    static std::string reading(char id, char unit)
    {
        return modbus(static_cast<unsigned char>(id), unit, std::string("\0\0\0\1", 4));
    }

    static std::string register0(const std::string& request, char value)
    {
        return answer(request, std::string{2, 0, value});
    }
};

} // namespace proximux
