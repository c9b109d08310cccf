#pragma once

#include <proximux/Bytes.h>
#include <proximux/Number.h>
#include <proximux/wire/Delimiter.h>

#include <cstddef>
#include <optional>
#include <string_view>

namespace proximux::kafka
{

constexpr std::size_t SIZE = 4;                     ///< bytes of the size, which excludes itself
constexpr IdField REQUEST_ID{8, 4, ByteOrder::big}; ///< the correlation id
constexpr IdField RESPONSE_ID{SIZE, 4, ByteOrder::big};

/// What a request needs of its connection.
enum class Effect
{
    none,
    waits,          ///< its response may take long, and delays all behind it
    produce,        ///< has no response, if it says so
    handshake,      ///< of an authentication
    authentication, ///< of a connection
    unknown
};

/// An API: a kind of request.
struct Api
{
    unsigned key;
    std::string_view name;
    Effect effect = Effect::none;
    bool isRepeatable = false;
    bool isSecret = false; ///< it has a password, or something that stands for one
};

/// The API of this key; null: it is not known.
const Api* findApi(unsigned key);

/// A parsed request, whole or cut. Valid as long as its bytes.
struct Request
{
    explicit Request(Bytes message);

    bool hasHeader = false; ///< up to its correlation id
    unsigned key = 0;
    unsigned version = 0;
    const Api* api = nullptr; ///< null: not known
    Bytes client;             ///< the client id; empty: it has none, or not all of it is there

    /// Of a Produce: whether it has a response. Nothing: it does not say so in a form that is known, or not all of that
    /// is there.
    [[nodiscard]] std::optional<bool> isProduceAnswered() const;

private:
    Bytes _rest; ///< behind the client id
    bool _hasClient = false;
};

/// Looks for the header of a request, up to its correlation id.
Beginning requestOf(Bytes input);

/// Looks for the correlation id of a response.
Beginning responseOf(Bytes input);

} // namespace proximux::kafka
