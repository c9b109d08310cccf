// Tls: keys of session tickets, by OpenSSL.

#include <proximux/net/TlsOpenSslTickets.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <new>

namespace proximux::openssl
{

namespace
{

template <std::size_t N>
void fill(std::array<unsigned char, N>& bytes)
{
    if (RAND_bytes(bytes.data(), static_cast<int>(N)) != 1)
        throw std::bad_alloc(); // without randomness there is no TLS at all
}

void forget(TicketKeys::Key& key)
{
    OPENSSL_cleanse(key.secret.data(), key.secret.size());
    OPENSSL_cleanse(key.mac.data(), key.mac.size());
}

TicketKeys::Key fresh()
{
    TicketKeys::Key key;
    fill(key.name);
    fill(key.secret);
    fill(key.mac);
    return key;
}

bool isNamed(const TicketKeys::Key& key, const unsigned char* name)
{
    return std::equal(key.name.begin(), key.name.end(), name);
}

} // namespace

TicketKeys::TicketKeys(Clock::time_point now)
    : _current(fresh())
    , _before(fresh())
    , _made(now)
{
}

TicketKeys::~TicketKeys()
{
    forget(_current);
    forget(_before);
}

TicketKeys::Key TicketKeys::current(Clock::time_point now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    renew(now);
    return _current;
}

bool TicketKeys::find(const unsigned char* name, Key& key, bool& isOld, Clock::time_point now)
{
    const std::lock_guard<std::mutex> lock(_mutex);
    renew(now);
    isOld = !isNamed(_current, name);
    key = isOld ? _before : _current;
    return !isOld || isNamed(_before, name);
}

/// With the lock. After a long rest neither of the two is left.
void TicketKeys::renew(Clock::time_point now)
{
    const auto age = now - _made;
    if (age < LIFE)
        return;
    forget(_before);
    _before = age < 2 * LIFE ? _current : fresh();
    _current = fresh();
    _made = now;
}

} // namespace proximux::openssl
