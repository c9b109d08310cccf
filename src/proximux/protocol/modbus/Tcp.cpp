#include <proximux/protocol/modbus/Form.h>

#include <proximux/Number.h>
#include <proximux/protocol/modbus/Body.h>
#include <proximux/wire/Delimiter.h>

#include <algorithm>

namespace proximux::modbus
{

namespace
{

constexpr std::size_t TRANSACTION_SIZE = 2;
constexpr std::size_t PREFIX = 6; ///< bytes before the body
constexpr std::size_t HEADER = 8; ///< including unit and function
constexpr std::size_t MIN_LENGTH = 2;

/// Looks for the header of a request or a response, which have the same form.
Beginning beginningOf(Bytes input)
{
    if (input.size() >= 4 && readNumber(input.substr(2, 2)) != 0)
        return {0, "a Modbus message with a protocol identifier other than 0"};
    if (input.size() < PREFIX)
        return {};
    const auto length = static_cast<std::size_t>(readNumber(input.substr(4, 2)));
    if (length < MIN_LENGTH || length > MAX_BODY)
        return {0, "a Modbus message with a length outside 2..254"};
    return {input.size() < HEADER ? 0 : PREFIX + length};
}

class TcpRequestFramer : public Framer
{
public:
    Progress feed(Bytes input) override { return _delimiter.feed(input, beginningOf); }

private:
    Delimiter _delimiter;
};

class TcpResponseFramer : public ResponseFramer
{
public:
    explicit TcpResponseFramer(bool anyUnit)
        : _anyUnit(anyUnit)
    {
    }

    Progress feed(Bytes input) override
    {
        return _delimiter.feed(input, [this](Bytes bytes) { return begin(bytes); });
    }

    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

private:
    Beginning begin(Bytes input)
    {
        const Beginning beginning = beginningOf(input);
        if (beginning.size > 0)
            _traits.check = checkOf(input.substr(PREFIX, HEADER - PREFIX), _anyUnit);
        return beginning;
    }

    bool _anyUnit;
    Delimiter _delimiter;
    ResponseTraits _traits;
};

class Tcp : public Form
{
public:
    [[nodiscard]] bool isSerial() const override { return false; }

    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<TcpRequestFramer>();
    }

    [[nodiscard]] std::unique_ptr<ResponseFramer> makeResponseFramer(bool anyUnit) const override
    {
        return std::make_unique<TcpResponseFramer>(anyUnit);
    }

    [[nodiscard]] Bytes bodyOf(Bytes message, std::string&) const override
    {
        return message.substr(std::min(PREFIX, message.size()));
    }

    [[nodiscard]] Bytes transactionOf(Bytes message) const override { return message.substr(0, TRANSACTION_SIZE); }

    [[nodiscard]] std::string message(Bytes transaction, Bytes body) const override
    {
        std::string text(PREFIX, '\0');
        std::copy(transaction.begin(), transaction.end(), text.begin());
        writeNumber(body.size(), &text[4], 2);
        return text.append(body);
    }
};

} // namespace

const Form& tcp()
{
    static const Tcp FORM;
    return FORM;
}

} // namespace proximux::modbus
