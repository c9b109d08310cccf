#include <proximux/protocol/modbus/Form.h>

#include <proximux/Number.h>
#include <proximux/protocol/modbus/Body.h>

#include <algorithm>

namespace proximux::modbus
{

namespace
{

constexpr std::size_t TRANSACTION = 2;
constexpr std::size_t PREFIX = 6; ///< bytes before the body
constexpr std::size_t HEADER = 8; ///< including unit and function
constexpr std::size_t MIN_LENGTH = 2;

/// Delimits requests and responses, which have the same form.
class Delimiter
{
public:
    /// begun: called with the header of each message.
    template <class Begun>
    Framer::Progress feed(Bytes input, Begun begun)
    {
        using Kind = Framer::Progress::Kind;
        if (_left == 0)
        {
            if (input.size() >= 4 && readNumber(input.substr(2, 2)) != 0)
                return {Kind::malformed, 0, "a Modbus message with a protocol identifier other than 0"};
            if (input.size() < PREFIX)
                return {};
            const auto length = static_cast<std::size_t>(readNumber(input.substr(4, 2)));
            if (length < MIN_LENGTH || length > MAX_BODY)
                return {Kind::malformed, 0, "a Modbus message with a length outside 2..254"};
            if (input.size() < HEADER)
                return {};
            _left = PREFIX + length;
            begun(input.substr(0, HEADER));
        }
        const std::size_t taken = std::min(_left, input.size());
        _left -= taken;
        return {_left == 0 ? Kind::complete : Kind::partial, taken, ""};
    }

private:
    std::size_t _left = 0; ///< bytes of the current message still to come; 0: its header is not known yet
};

class RequestFramer : public Framer
{
public:
    Progress feed(Bytes input) override
    {
        return _delimiter.feed(input, [](Bytes) {});
    }

private:
    Delimiter _delimiter;
};

class ResponseFramer : public proximux::ResponseFramer
{
public:
    explicit ResponseFramer(bool anyUnit)
        : _anyUnit(anyUnit)
    {
    }

    Progress feed(Bytes input) override
    {
        return _delimiter.feed(input,
                               [this](Bytes header) { _traits.check = checkOf(header.substr(PREFIX), _anyUnit); });
    }

    [[nodiscard]] const ResponseTraits& traits() const override { return _traits; }

private:
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
        return std::make_unique<RequestFramer>();
    }

    [[nodiscard]] std::unique_ptr<proximux::ResponseFramer> makeResponseFramer(bool anyUnit) const override
    {
        return std::make_unique<ResponseFramer>(anyUnit);
    }

    [[nodiscard]] Bytes bodyOf(Bytes message, std::string&) const override
    {
        return message.substr(std::min(PREFIX, message.size()));
    }

    [[nodiscard]] Bytes transactionOf(Bytes message) const override { return message.substr(0, TRANSACTION); }

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
