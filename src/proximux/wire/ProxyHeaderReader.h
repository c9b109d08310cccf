#pragma once

#include <proximux/wire/ProxyHeader.h>

#include <string>
#include <vector>

namespace proximux
{

/// Reads a header of the PROXY protocol, of version 1 or 2, and not a byte behind it: those belong to somebody else,
/// such as TLS. Strict, because the header says who a client is. Sans I/O.
class ProxyHeaderReader
{
public:
    enum class State
    {
        more,
        complete,
        malformed
    };

    /// How many bytes may be read at most for the next take(). At least 1 while it needs more.
    [[nodiscard]] std::size_t wanted() const;

    /// The next bytes of the connection, 1 to wanted().
    State take(Bytes bytes);

    /// Whether nothing has been read yet.
    [[nodiscard]] bool isEmpty() const { return _bytes.empty(); }

    /// malformed: what is wrong, as the end of a sentence. Fixed text.
    [[nodiscard]] const char* why() const { return _why; }

    /// complete: the header.
    [[nodiscard]] const ProxyHeader& header() const { return _header; }

private:
    State fail(const char* why);
    bool refuse(const char* why);
    [[nodiscard]] bool isV2() const;
    State takeV1();
    State parseV1();
    bool parseEnds(const std::vector<Bytes>& fields);
    State takeV2();
    State parseV2();
    bool parseAddresses(Bytes& rest);
    bool parseExtensions(Bytes rest);
    bool parseExtension(unsigned char type, Bytes value);
    bool parseSsl(Bytes value);

    std::string _bytes;
    const char* _why = "";
    ProxyHeader _header;
};

} // namespace proximux
