#pragma once

#include <proximux/net/loop/Poller.h>
#include <proximux/system/SystemError.h>

#include <Poco/Exception.h>

namespace proximux
{

/// The portable back end. Its cost grows with the number of sockets. System has the call: its Entry, its bits (READ,
/// WRITE, GONE), the error of an interrupted call, and call() itself.
template <class System>
class PollPoller : public Poller
{
public:
    void add(poco_socket_t socket, std::uint64_t token, Interest interest) override
    {
        const std::size_t slot = slotOf(token);
        if (slot >= _positions.size())
            _positions.resize(slot + 1);
        _positions[slot] = static_cast<std::uint32_t>(_entries.size());
        _entries.push_back(Entry{});
        _entries.back().fd = socket;
        _entries.back().events = events(interest);
        _tokens.push_back(token);
    }

    void modify(poco_socket_t, std::uint64_t token, Interest interest) override
    {
        _entries[_positions[slotOf(token)]].events = events(interest);
    }

    void remove(poco_socket_t, std::uint64_t token, bool) override
    {
        const std::uint32_t position = _positions[slotOf(token)];
        if (position + 1 < _entries.size())
        {
            _entries[position] = _entries.back();
            _tokens[position] = _tokens.back();
            _positions[slotOf(_tokens[position])] = position;
        }
        _entries.pop_back();
        _tokens.pop_back();
    }

    void wait(std::int64_t timeout, std::vector<Ready>& ready) override
    {
        ready.clear();
        int left = System::call(_entries.data(), _entries.size(), milliseconds(timeout));
        if (const int error = left < 0 ? systemerror::last() : 0; error != 0 && error != System::INTERRUPTED)
            throw Poco::IOException("poll: " + systemerror::text(error), error);
        for (std::size_t i = 0; left > 0 && i < _entries.size(); ++i)
        {
            const short got = _entries[i].revents;
            if (got == 0)
                continue;
            --left;
            ready.push_back(
                {_tokens[i], (got & System::READ) != 0, (got & System::WRITE) != 0, (got & System::GONE) != 0});
        }
    }

    [[nodiscard]] const char* name() const override { return "poll"; }

private:
    using Entry = typename System::Entry;

    static std::size_t slotOf(std::uint64_t token) { return static_cast<std::uint32_t>(token); }

    static short events(Interest interest)
    {
        return static_cast<short>((interest.read ? System::READ : 0) | (interest.write ? System::WRITE : 0));
    }

    std::vector<Entry> _entries;
    std::vector<std::uint64_t> _tokens;
    std::vector<std::uint32_t> _positions; ///< by slot: the index in both lists
};

} // namespace proximux
