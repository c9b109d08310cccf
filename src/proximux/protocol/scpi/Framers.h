#pragma once

#include <proximux/protocol/Protocol.h>
#include <proximux/protocol/scpi/Scanner.h>

#include <cstddef>
#include <cstdint>

namespace proximux::scpi
{

class RequestFramer : public Framer
{
public:
    /// max: maximum number of bytes of a message outside of blocks.
    explicit RequestFramer(std::size_t max)
        : _scanner(Scanner::Of::request, max)
    {
    }

    Progress feed(Bytes input) override;
    [[nodiscard]] bool isAnswered() const override { return _answered; }

private:
    Scanner _scanner;
    bool _answered = true;
};

class ResponseFramer : public proximux::ResponseFramer
{
public:
    explicit ResponseFramer(std::size_t max)
        : _scanner(Scanner::Of::response, max)
    {
    }

    /// hint: number of queries in the request; 0: unknown.
    void expect(std::uint32_t hint) override { _queries = hint; }

    Progress feed(Bytes input) override;
    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

    /// A block of indefinite length ends with the connection.
    bool finish() override { return _scanner.isEndless(); }

private:
    Scanner _scanner;
    std::uint32_t _queries = 0;
    ResponseTraits _traits;
};

} // namespace proximux::scpi
