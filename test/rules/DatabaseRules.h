#pragma once

#include "rules/Rules.h"
#include "support/NoDigests.h"

#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/postgresql/Messages.h>
#include <proximux/protocol/postgresql/Startup.h>

#include <memory>
#include <string>
#include <utility>

namespace proximux
{

/// Clients that share connections of PostgreSQL.
class DatabaseRules : public Rules
{
protected:
    std::size_t requestBuffer = 65536; ///< bytes
    Duration lifetime = Duration::off();
    Duration queueTimeout = Duration::seconds(30);
    auth::Settings logins{AuthMethod::trust, nullptr, {}};

    void database(std::size_t connections = 1, std::size_t maxPinned = 0, std::int64_t reconnects = 20)
    {
        Options options;
        options.protocol = "postgresql";
        options.connections = connections;
        options.exchange.fair = true;
        options.exchange.maxPinned = maxPinned;
        options.exchange.conversation.pins = maxPinned > 0;
        options.exchange.personal = options.exchange.speaksAtRest = true;
        options.exchange.responseTimeout = Duration::off();
        options.exchange.reconnects = reconnects;
        options.exchange.requestBuffer = requestBuffer;
        options.exchange.lifetime = lifetime;
        options.exchange.queueTimeout = queueTimeout;
        options.exchange.conversation.authenticator = std::make_shared<auth::Authenticator>(_digests, "key");
        options.exchange.conversation.authenticator->change(logins);
        begin(options);
    }

    static std::string startup(const std::string& user)
    {
        postgresql::Startup startup;
        startup.user = startup.database = user;
        return startup.packetFor(user);
    }

    static std::string message(char type, const std::string& body) { return postgresql::message(type, body); }
    static std::string query(const std::string& sql) { return message('Q', sql + '\0'); }
    static std::string done(char status = 'I') { return message('C', std::string("OK\0", 3)) + ready(status); }
    static std::string ready(char status) { return message('Z', {status}); }
    /// key: by which what the connection does is cancelled; empty: there is none.
    static std::string welcome(const std::string& key = "")
    {
        return message('R', std::string(4, '\0')) + (key.empty() ? "" : message('K', key)) + ready('I');
    }

    /// Whether a client was let in since it was looked at last.
    bool isWelcome(ClientId client)
    {
        const std::string said = got(client);
        return said.size() > 6 && said.substr(said.size() - 6) == ready('I');
    }

    [[nodiscard]] bool isClosed(TargetId t) const { return world.closedTargets.count(t.slot) > 0; }

    /// Signs a connection in.
    TargetId signedIn(const std::string& user)
    {
        const TargetId t = opens();
        CPPUNIT_ASSERT_EQUAL(startup(user), got(t));
        answers(t, welcome());
        return t;
    }

    /// The first client of a user, and its connection.
    ClientId first(const std::string& user, TargetId& t)
    {
        const ClientId client = asks(startup(user));
        t = signedIn(user);
        CPPUNIT_ASSERT(isWelcome(client));
        return client;
    }

    ClientId further(const std::string& user)
    {
        const ClientId client = asks(startup(user));
        CPPUNIT_ASSERT(isWelcome(client));
        return client;
    }

private:
    NoDigests _digests;
};

} // namespace proximux
