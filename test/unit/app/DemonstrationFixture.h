#pragma once

#include "support/Test.h"

#include <app/Demonstration.h>

#include <memory>
#include <string>

namespace proximux
{

/// Plays a demonstration without a program around it.
class DemonstrationFixture : public CppUnit::TestCase
{
protected:
    using Security = Demonstration::Security;

    /// Ends it when it invites the user.
    static bool play(std::string& story, int maxConnections, Security security = Security::none)
    {
        Proxy* running = nullptr;
        Demonstration* shown = nullptr;
        Demonstration demonstration(
            [&](const std::string& line)
            {
                story += line + "\n";
                if (line.find("try it") == std::string::npos)
                    return;
                shown->endAsked();
                running->drain();
            },
            security);
        auto configuration = std::make_shared<Configuration>();
        configuration->exchange.mode = Mode::fifo;
        configuration->exchange.protocol = "line";
        configuration->local.endpoint = {"127.0.0.1", 0};
        configuration->local.maxConnections = maxConnections;
        for (const auto& [key, value] : demonstration.settings())
            use(*configuration, key, value);
        Proxy proxy(configuration);
        proxy.start();
        running = &proxy;
        shown = &demonstration;
        return demonstration.run(proxy, configuration->local, false);
    }

    static void expect(const std::string& story, const std::string& part)
    {
        CPPUNIT_ASSERT_MESSAGE(story, story.find(part) != std::string::npos);
    }

private:
    static void use(Configuration& configuration, const std::string& key, const std::string& value)
    {
        if (key == "target.1.port")
            configuration.targets.emplace_back().endpoint = {"127.0.0.1", static_cast<std::uint16_t>(std::stoi(value))};
        if (key == "local.tls")
            configuration.local.tls.use = TlsSettings::Use::on;
        if (key == "local.tls_certificate")
            configuration.local.tls.certificates = {value};
    }
};

} // namespace proximux
