#pragma once

#include "rules/Rules.h"
#include "support/NoDigests.h"

#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/mysql/Handshake.h>
#include <proximux/protocol/mysql/Packets.h>

#include <memory>
#include <string>

namespace proximux
{

/// Targets that speak first, whose clients are spoken to first; and connections that are logged in anew behind a client
/// that has left something.
class GreetedRules : public Rules
{
protected:
    void database(std::size_t connections, std::size_t maxPinned = 0) { databases(1, connections, maxPinned); }

    /// So many targets.
    void databases(std::size_t targets, std::size_t connections = 1, std::size_t maxPinned = 0)
    {
        Options options;
        options.targets = targets;
        options.protocol = "mysql";
        options.connections = connections;
        options.exchange.fair = true;
        options.exchange.maxPinned = maxPinned;
        options.exchange.conversation.pins = maxPinned > 0;
        options.exchange.conversation.kills = true;
        options.exchange.personal = options.exchange.speaksAtRest = options.exchange.isGreeted = true;
        options.exchange.responseTimeout = Duration::off();
        options.exchange.conversation.authenticator = std::make_shared<auth::Authenticator>(_digests, "key");
        options.exchange.conversation.authenticator->change({AuthMethod::trust, nullptr, {}});
        begin(options);
    }

    static std::string greeting(unsigned connection = 7)
    {
        mysql::Greeting greeting;
        greeting.connection = connection;
        greeting.capabilities = 0x81FFF7DF;
        greeting.version = "8.0-theirs";
        greeting.nonce = "aaaaaaaabbbbbbbbbbbb";
        greeting.plugin = "mysql_native_password";
        return mysql::packetOf(0, mysql::greetingOf(greeting));
    }

    static std::string login(const std::string& user = "u")
    {
        std::string payload("\x05\xa2\x08\x00\0\0\0\1\x2d", 9);
        payload.append(23, '\0').append(user).append(2, '\0');
        return mysql::packetOf(1, payload + "mysql_native_password" + '\0');
    }

    static std::string query(const std::string& sql) { return mysql::packetOf(0, "\3" + sql); }
    static std::string ok(std::uint64_t status = 2) { return mysql::okPacket(1, status); }
    static std::string ping() { return mysql::packetOf(0, "\x0e"); }

    /// The target lets in whoever logs in with this number, and its session is tracked.
    void letsIn(TargetId t, unsigned number)
    {
        CPPUNIT_ASSERT(got(t).size() > 5);
        answers(t, mysql::okPacket(number, 2));
        CPPUNIT_ASSERT(got(t).find("session_track") != std::string::npos);
        answers(t, ok());
    }

    /// The first client, and its connection.
    ClientId first(TargetId& t)
    {
        const ClientId client = join();
        t = opens();
        CPPUNIT_ASSERT_EQUAL(std::string(), got(client));
        answers(t, greeting());
        CPPUNIT_ASSERT(got(client).find("8.0-theirs") != std::string::npos);
        says(client, login());
        t = renewed(t);
        CPPUNIT_ASSERT_EQUAL(ok().substr(4), got(client).substr(4));
        return client;
    }

    /// That of the greeting alone is of no use for a login.
    TargetId renewed(TargetId t)
    {
        if (world.dialled.empty() && world.has(t))
            exchange->targetEnded(t, now); // it has said that it leaves
        const TargetId next = opens();
        answers(next, greeting());
        letsIn(next, 2);
        return next;
    }

    ClientId further()
    {
        const ClientId client = join();
        CPPUNIT_ASSERT(got(client).find("8.0-theirs") != std::string::npos);
        says(client, login());
        CPPUNIT_ASSERT_EQUAL(ok().substr(4), got(client).substr(4));
        return client;
    }

    void does(ClientId client, TargetId t, const std::string& sql, const std::string& answer)
    {
        says(client, query(sql));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(sql, query(sql), got(t));
        answers(t, answer);
        CPPUNIT_ASSERT_EQUAL(answer, got(client));
    }

private:
    NoDigests _digests;
};

} // namespace proximux
