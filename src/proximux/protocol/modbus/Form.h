#pragma once

#include <proximux/protocol/Protocol.h>

#include <memory>
#include <string>

namespace proximux::modbus
{

/// How a body stands on the wire: what is before and behind it. Immutable; any thread.
class Form
{
public:
    virtual ~Form() = default;

    /// Whether messages are on a serial line: there a device answers one request at a time, none of its own, and no
    /// broadcast.
    [[nodiscard]] virtual bool isSerial() const = 0;

    /// Whether a message ends where its function says so. Then only functions of known size can be sent.
    [[nodiscard]] virtual bool endsByFunction() const { return false; }

    /// Whether the message of a read with this body begins with the bytes of a whole response. Some device servers echo
    /// requests.
    [[nodiscard]] virtual bool beginsLikeResponse(Bytes) const { return false; }

    [[nodiscard]] virtual std::unique_ptr<Framer> makeRequestFramer() const = 0;

    /// anyUnit: a response may have any unit.
    [[nodiscard]] virtual std::unique_ptr<ResponseFramer> makeResponseFramer(bool anyUnit) const = 0;

    /// The body of a message, or of its beginning. Valid as long as both arguments.
    [[nodiscard]] virtual Bytes bodyOf(Bytes message, std::string& scratch) const = 0;

    /// Two bytes that a response repeats in front of its body; empty: there are none.
    [[nodiscard]] virtual Bytes transactionOf(Bytes message) const = 0;

    /// The message with this body. transaction: of the request, or empty.
    [[nodiscard]] virtual std::string message(Bytes transaction, Bytes body) const = 0;
};

const Form& tcp();
const Form& rtu();
const Form& ascii();

} // namespace proximux::modbus
