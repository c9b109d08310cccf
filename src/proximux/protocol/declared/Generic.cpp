#include <proximux/protocol/declared/Generic.h>

#include <proximux/protocol/FirstLine.h>
#include <proximux/wire/FixedFramer.h>
#include <proximux/wire/LengthFramer.h>
#include <proximux/wire/LineFramer.h>

namespace proximux
{

namespace
{

/// A protocol that knows only where messages end and, optionally, the position of an id.
class Generic : public Protocol
{
public:
    explicit Generic(const Framing& framing)
        : _framing(framing)
    {
    }

    [[nodiscard]] std::string describe(Bytes request, std::size_t limit) const override
    {
        return std::string(firstLine(request, limit));
    }

    [[nodiscard]] std::string describeResponse(Bytes response, std::size_t limit) const override
    {
        return std::string(firstLine(response, limit));
    }

protected:
    Framing _framing;
};

class Line : public Generic
{
public:
    using Generic::Generic;

    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<LineFramer>(_framing.delimiter, _framing.maxMessage);
    }

    [[nodiscard]] std::unique_ptr<ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<PlainResponses<LineFramer>>(_framing.delimiter, _framing.maxMessage);
    }
};

class WithId : public Generic
{
public:
    using Generic::Generic;

    [[nodiscard]] std::optional<IdField> requestId() const override { return _framing.requestId; }
    [[nodiscard]] std::optional<IdField> responseId() const override { return _framing.responseId; }

protected:
    static std::size_t endOf(const std::optional<IdField>& id) { return id ? id->end() : 0; }
};

class Fixed : public WithId
{
public:
    using WithId::WithId;

    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<FixedFramer>(_framing.messageSize, endOf(requestId()));
    }

    [[nodiscard]] std::unique_ptr<ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<PlainResponses<FixedFramer>>(_framing.messageSize, endOf(responseId()));
    }
};

class Length : public WithId
{
public:
    using WithId::WithId;

    [[nodiscard]] std::unique_ptr<Framer> makeRequestFramer() const override
    {
        return std::make_unique<LengthFramer>(field(endOf(requestId())), _framing.maxMessage);
    }

    [[nodiscard]] std::unique_ptr<ResponseFramer> makeResponseFramer() const override
    {
        return std::make_unique<PlainResponses<LengthFramer>>(field(endOf(responseId())), _framing.maxMessage);
    }

private:
    [[nodiscard]] LengthField field(std::size_t header) const
    {
        LengthField made = _framing.length;
        made.header = made.minMessage = header;
        return made;
    }
};

} // namespace

std::unique_ptr<Protocol> makeLineProtocol(const Framing& framing)
{
    return std::make_unique<Line>(framing);
}

std::unique_ptr<Protocol> makeFixedProtocol(const Framing& framing)
{
    return std::make_unique<Fixed>(framing);
}

std::unique_ptr<Protocol> makeLengthProtocol(const Framing& framing)
{
    return std::make_unique<Length>(framing);
}

} // namespace proximux
