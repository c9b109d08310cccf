#pragma once

// Keys of session tickets. Only TlsOpenSsl*.cpp include this header.

#include <proximux/net/TlsOpenSsl.h>

#include <array>
#include <chrono>
#include <mutex>

namespace proximux::openssl
{

/// The keys by which session tickets of clients are encrypted: made at the start, renewed every 12 hours. The one
/// before still opens tickets. They are in memory alone. Any thread.
class TicketKeys
{
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::chrono::hours LIFE{12};

    struct Key
    {
        std::array<unsigned char, 16> name{};
        std::array<unsigned char, 32> secret{}; ///< of AES-256
        std::array<unsigned char, 32> mac{};    ///< of HMAC-SHA-256
    };

    explicit TicketKeys(Clock::time_point now);
    ~TicketKeys();

    TicketKeys(const TicketKeys&) = delete;
    TicketKeys& operator=(const TicketKeys&) = delete;

    /// The key for new tickets.
    Key current(Clock::time_point now);

    /// Sets the key with this name, and whether it is the one before. Returns false if there is none.
    bool find(const unsigned char* name, Key& key, bool& isOld, Clock::time_point now);

private:
    void renew(Clock::time_point now);

    std::mutex _mutex; ///< guards all of it
    Key _current;
    Key _before;
    Clock::time_point _made;
};

} // namespace proximux::openssl
