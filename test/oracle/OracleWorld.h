#pragma once

#include "support/SharedWorld.h"

#include <stdexcept>

namespace proximux
{

/// Somebody got what is not his, or did not get what is his.
class OracleFailure : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

/// A SharedWorld in which requests are sent in the order of their arrival, where that is to be so.
class OracleWorld : public SharedWorld
{
public:
    static constexpr const char* PROLOGUE = "hello;";  ///< where there is one: what a target is to get first
    static constexpr const char* WELCOME = "welcome;"; ///< and what it answers to that

    explicit OracleWorld(bool inOrder)
        : _inOrder(inOrder)
    {
        records = false;
    }

    void requestSent(ClientId, std::uint64_t tag, TargetId, Bytes) override
    {
        if (_inOrder && tag < _last)
            throw OracleFailure("a request was sent before one that came earlier");
        _last = tag;
    }

private:
    bool _inOrder;
    std::uint64_t _last = 0;
};

} // namespace proximux
