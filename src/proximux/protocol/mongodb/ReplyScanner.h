#pragma once

#include <proximux/protocol/mongodb/Bson.h>

#include <cstddef>
#include <string>

namespace proximux::mongodb
{

/// What a reply says of the state that its command has left.
struct ReplyState
{
    bool isOk = false;
    bool isFirst = false;   ///< it has the first batch of a cursor
    bool isNext = false;    ///< it has a further batch
    bool isOpen = false;    ///< that cursor has more
    std::size_t killed = 0; ///< cursors that were ended
    std::uint32_t code = 0; ///< of an error
};

/// Reads the body of a reply while it passes. Of the body it keeps a name or a number at most.
class ReplyScanner
{
public:
    void begin();
    void feed(Bytes bytes);

    /// Whether it was a document that it has understood up to the end. Otherwise state() says nothing.
    [[nodiscard]] bool isComplete() const { return _step == Step::done; }
    [[nodiscard]] const ReplyState& state() const { return _state; }

private:
    enum class Step
    {
        size, ///< of a document
        type, ///< of an element, or the end of the document
        name,
        length, ///< of a value
        value,  ///< of a fixed size
        skip,   ///< the rest of a value
        text,   ///< of a regular expression
        done,
        unclear
    };

    /// In what the elements stand.
    enum class Place
    {
        body,
        cursor,
        killed ///< the cursors that were ended
    };

    std::size_t take(Bytes bytes);
    void collect(Bytes bytes);
    void beginElement(unsigned char type);
    void named();
    void measured();
    void valued();
    bool descends();
    void await(Step step, std::size_t bytes);

    Step _step = Step::done;
    Place _place = Place::body;
    unsigned _type = 0;
    std::string _name;     ///< of the element; cut
    std::string _field;    ///< what was collected of a number
    std::size_t _rest = 0; ///< bytes to collect or skip; texts to skip
    ReplyState _state;
};

} // namespace proximux::mongodb
