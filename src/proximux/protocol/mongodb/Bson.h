#pragma once

#include <proximux/Bytes.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace proximux::mongodb
{

// BSON 1.1 (bsonspec.org), as far as it is needed: the elements of a document. Numbers are little endian.
//
//     document:  | size (4), itself included | element ... | 0 |
//     element:   | type (1) | name ... 0 | value |

/// Types of values.
namespace type
{

constexpr unsigned DOUBLE = 0x01;
constexpr unsigned STRING = 0x02;
constexpr unsigned DOCUMENT = 0x03;
constexpr unsigned ARRAY = 0x04;
constexpr unsigned BINARY = 0x05;
constexpr unsigned BOOLEAN = 0x08;
constexpr unsigned REGEX = 0x0B;
constexpr unsigned POINTER = 0x0C;
constexpr unsigned CODE = 0x0D;
constexpr unsigned SYMBOL = 0x0E;
constexpr unsigned SCOPED_CODE = 0x0F;
constexpr unsigned INT32 = 0x10;
constexpr unsigned INT64 = 0x12;

} // namespace type

constexpr std::size_t LENGTH = 4;           ///< bytes of a length
constexpr std::size_t LEAST_DOCUMENT = 5;   ///< bytes of an empty document
constexpr std::size_t LARGEST = 48'000'000; ///< bytes of a message, and so of everything in it

/// A length or another number of 4 bytes, which must be there.
std::uint32_t numberAt(Bytes bytes, std::size_t at);

void appendNumber(std::string& text, std::uint32_t number);

/// The size of a value of this type, where all have the same.
std::optional<std::size_t> fixedSize(unsigned type);

/// The size of a value of this type that begins with this length; its length included. Nothing: such a value has no
/// length, or can't have this one.
std::optional<std::size_t> sizeByLength(unsigned type, std::uint32_t length);

/// Whether this value of a fixed size counts as true: a boolean, or a number other than 0.
bool isTrue(unsigned type, Bytes value);

/// One element; valid as long as the document's bytes.
struct Element
{
    unsigned type = 0;
    Bytes name;
    Bytes value; ///< all of its bytes
    Bytes whole; ///< from its type on
};

/// Reads the elements of a document, which may be cut.
class Document
{
public:
    enum class State
    {
        going,
        complete, ///< all elements were read
        cut,      ///< the rest is not there
        invalid
    };

    /// bytes: begins with the document. What is behind it is not looked at.
    explicit Document(Bytes bytes);

    /// The next element. False: there is none; state() says why.
    bool next(Element& element);

    [[nodiscard]] State state() const { return _state; }

private:
    bool end(State state);

    /// The size of the value at the beginning of these bytes. Nothing: state() says why.
    std::optional<std::size_t> valueSize(unsigned type, Bytes rest);

    Bytes _rest; ///< behind what was read, up to the end of the document
    bool _isCut = false;
    State _state = State::going;
};

/// The document, which must be complete, without the elements of these names; empty where it is not.
template <class Names>
std::string without(Bytes document, const Names& names)
{
    std::string text(LENGTH, '\0');
    Document reader(document);
    Element element;
    while (reader.next(element))
    {
        bool kept = true;
        for (const Bytes name : names)
            kept = kept && element.name != name;
        if (kept)
            text.append(element.whole);
    }
    if (reader.state() != Document::State::complete)
        return {};
    text.push_back('\0');
    std::string size;
    appendNumber(size, static_cast<std::uint32_t>(text.size()));
    return text.replace(0, LENGTH, size);
}

} // namespace proximux::mongodb
