#pragma once

#include "support/Authenticators.h"

#include <proximux/auth/Authenticator.h>
#include <proximux/protocol/mysql/ClientSession.h>
#include <proximux/protocol/mysql/Packets.h>
#include <proximux/protocol/mysql/TargetDialog.h>

#include <algorithm>
#include <memory>
#include <string>

namespace proximux
{

/// One of ours lets another of ours in: a ClientSession asks, a TargetDialog answers. Then the client's commands.
class MysqlSession : public CppUnit::TestCase
{
protected:
    using State = LoginAnswer::State;
    using Kind = Framer::Progress::Kind;

    static mysql::Greeting target(const std::string& plugin = "mysql_native_password")
    {
        mysql::Greeting greeting;
        greeting.capabilities = 0x81FFF7DF;
        greeting.version = "5.5.5-10.11-MariaDB";
        greeting.collation = 45;
        greeting.status = 2;
        greeting.nonce = "aaaaaaaabbbbbbbbbbbb";
        greeting.plugin = plugin;
        return greeting;
    }

    /// A client in the state before its login.
    void begin(const std::shared_ptr<auth::Authenticator>& server, bool pins = true,
               const std::string& plugin = "mysql_native_password", bool tls = false)
    {
        ConversationSettings settings;
        settings.authenticator = server;
        settings.pins = pins;
        settings.startsTls = tls;
        settings.kills = kills;
        auto commons = std::make_shared<mysql::SharedCommons>();
        commons->target = target(plugin);
        settings.commons = commons;
        session = std::make_unique<mysql::ClientSession>(settings);
        session->begin(7, "10.0.0.1");
        RequestTraits traits;
        CPPUNIT_ASSERT(session->opened(traits) && traits.local);
        auto said = mysql::readGreeting(Bytes(traits.reply).substr(4));
        CPPUNIT_ASSERT(said);
        said->capabilities |= mysql::capability::SESSION_TRACK; // which targets must have, and clients are not offered
        greeting = mysql::packetOf(0, mysql::greetingOf(*said));
    }

    /// What the server answers to a message.
    std::string asked(const std::string& message)
    {
        RequestTraits traits;
        session->request(message, true, traits);
        if (!traits.greets)
            return traits.reply;
        std::string text;
        session->translate(outcomeOf(target()), traits, text);
        login = traits.user;
        return text;
    }

    static std::string outcomeOf(const mysql::Greeting& greeting)
    {
        return std::string("\2\0", 2) + mysql::greetingOf(greeting);
    }

    /// Both speak until one has had enough, in pieces of this size.
    State run(const std::shared_ptr<auth::Authenticator>& client, std::size_t piece = 1000)
    {
        mysql::TargetDialog dialog(client, std::make_shared<mysql::SharedCommons>(),
                                   client->identityAt(0, "anna", std::nullopt), 0, {{"#collation", "45"}});
        std::string came = greeting;
        LoginDialog::Step step;
        for (std::size_t seen = 0; step.state == State::more && !came.empty();)
        {
            seen = std::min(seen + piece, came.size());
            step = dialog.hear(Bytes(came).substr(0, seen));
            const bool all = seen == came.size();
            came.erase(0, step.taken);
            seen -= step.taken;
            if (!step.says.empty() && step.says[4] == '\3')
                came += mysql::okPacket(1, 2); // the target's session is tracked
            else if (!step.says.empty())
                came += asked(step.says);
            else if (all && step.taken == 0)
                break;
        }
        outcome = dialog.outcome();
        return step.state;
    }

    void isIn(bool pins = true)
    {
        begin(knowing("\"anna\" \"pencil\""), pins);
        CPPUNIT_ASSERT(run(knowing("\"anna\" \"pencil\"")) == State::accepted);
    }

    static std::string command(char code, const std::string& text = "")
    {
        return mysql::packetOf(0, std::string(1, code) + text);
    }

    RequestTraits does(char code, const std::string& text = "")
    {
        RequestTraits traits;
        session->request(command(code, text), true, traits);
        return traits;
    }

    RequestTraits query(const std::string& sql) { return does('\3', sql); }

    static unsigned codeOf(const std::string& error)
    {
        CPPUNIT_ASSERT(error.size() > 7 && error[4] == '\xFF');
        return static_cast<unsigned char>(error[5]) | static_cast<unsigned char>(error[6]) << 8U;
    }

    bool kills = true;
    std::unique_ptr<mysql::ClientSession> session;
    std::string greeting;
    std::string outcome;
    std::shared_ptr<const Login> login;
};

} // namespace proximux
