#pragma once

#include <proximux/exchange/mux/State.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace proximux
{

/// The requests that wait to be sent, in the order of their arrival. Those that would pin a connection to their client
/// stand apart, so that they are not looked at while none may be pinned. Owns none of them.
class Queue
{
public:
    [[nodiscard]] static bool isIn(const Request& request) { return Requests::isIn(request); }
    [[nodiscard]] bool isEmpty() const { return _requests.isEmpty() && _pinning.isEmpty(); }
    [[nodiscard]] std::size_t size() const { return _requests.size() + _pinning.size(); }

    /// When the request at the front came, of those that would pin a connection and of the others; never: there is
    /// none.
    [[nodiscard]] Instant oldest() const { return std::min(cameOf(_requests.first()), cameOf(_pinning.first())); }

    /// It stands at the end, with a new ticket.
    void push(Request& request)
    {
        request.ticket = ++_tickets;
        listOf(request).pushBack(request);
    }

    /// It stood there before, and stands in front of all now.
    void pushFront(Request& request) { listOf(request).pushFront(request); }

    void remove(Request& request) { listOf(request).remove(request); }

    void clear()
    {
        for (Requests* list : {&_requests, &_pinning})
            while (Request* request = list->first())
                list->remove(*request);
    }

    /// The oldest for which test(request) holds, or null. pinning: those that would pin a connection, too.
    template <class Test>
    [[nodiscard]] Request* first(bool pinning, const Test& test) const
    {
        Request* plain = firstOf(_requests, test);
        Request* pins = pinning ? firstOf(_pinning, test) : nullptr;
        return plain == nullptr || (pins != nullptr && pins->ticket < plain->ticket) ? pins : plain;
    }

    /// One for which test(request, pins) holds, or null; pins: whether it would pin a connection.
    template <class Test>
    [[nodiscard]] const Request* find(const Test& test) const
    {
        const Request* plain = firstOf(_requests, [&test](const Request& request) { return test(request, false); });
        return plain != nullptr ? plain
                                : firstOf(_pinning, [&test](const Request& request) { return test(request, true); });
    }

private:
    using Requests = List<Request, &Request::place>;

    [[nodiscard]] Requests& listOf(const Request& request) { return request.traits.pins != 0 ? _pinning : _requests; }

    [[nodiscard]] static Instant cameOf(const Request* request)
    {
        return request != nullptr ? request->came : Instant::never();
    }

    template <class Test>
    [[nodiscard]] static Request* firstOf(const Requests& list, const Test& test)
    {
        for (Request* request = list.first(); request != nullptr; request = Requests::next(*request))
            if (test(*request))
                return request;
        return nullptr;
    }

    Requests _requests;
    Requests _pinning;
    std::uint64_t _tickets = 0;
};

} // namespace proximux
