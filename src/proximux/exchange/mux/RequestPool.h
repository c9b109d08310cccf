#pragma once

#include <proximux/exchange/mux/State.h>

#include <cassert>
#include <cstddef>
#include <memory>
#include <vector>

namespace proximux
{

/// The memory of requests, which is used again: in steady state none is allocated. A request that was given back can
/// still be read until trim().
class RequestPool
{
public:
    /// Owned by the caller until give().
    Request& take()
    {
        if (_spare.empty())
            _spare.push_back(std::make_unique<Request>());
        Request& request = *_spare.back().release();
        _spare.pop_back();
        return request;
    }

    /// The request has ended, and is in no list.
    void give(Request& request)
    {
        constexpr std::size_t SMALL = 4096;
        std::unique_ptr<Request> own(&request);
        assert(!request.place.linked && !request.own.linked && !request.queue.isArmed() && !request.pin.isArmed());
        DeadlineList::disarm(request.answer);
        request.again.clear();
        if (request.again.capacity() > SMALL)
            request.again.shrink_to_fit();
        request.traits.clear();
        static_cast<RequestState&>(request) = RequestState();
        _spare.push_back(std::move(own));
    }

    /// Frees what is beyond a reasonable number.
    void trim()
    {
        constexpr std::size_t MOST = 4096;
        if (_spare.size() > MOST)
            _spare.resize(MOST);
    }

private:
    std::vector<std::unique_ptr<Request>> _spare;
};

} // namespace proximux
