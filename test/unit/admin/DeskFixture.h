#pragma once

#include "support/Loopback.h"
#include "support/Test.h"

#include <proximux/admin/CommandDesk.h>

#include <optional>
#include <string>
#include <vector>

namespace proximux::admin
{

/// Commands and pages against a Proxy that is not there.
class DeskFixture : public CppUnit::TestCase
{
protected:
    using Phase = ProxyInspector::Phase;

    struct FakeWorker : InspectedWorker
    {
        [[nodiscard]] WorkerView inspect() const override { return view; }
        std::size_t kill(const std::function<bool(const ClientInfo&)>& chosen) override
        {
            std::size_t killed = 0;
            for (const ClientView& each : view.clients)
                killed += chosen(each.info) ? 1 : 0;
            return killed;
        }
        void reviewTargets(std::function<void()> unconnected) override
        {
            ++reviews;
            if (unconnected && view.connections.empty())
                unconnected();
        }

        WorkerView view;
        int reviews = 0;
    };

    /// Its reactors answer at once, or never.
    struct FakeProxy : ProxyInspector
    {
        [[nodiscard]] Phase phase() const override { return now; }
        [[nodiscard]] std::shared_ptr<const Configuration> configuration() const override
        {
            return std::make_shared<Configuration>(settings);
        }
        [[nodiscard]] Statistics statistics() const override { return counted; }
        [[nodiscard]] std::vector<TargetView> targets() const override { return allTargets; }
        bool setDuty(const std::string& target, Targets::Duty duty) override
        {
            const bool isKnown = target == "1" || target == "db:1";
            if (isKnown)
                duties.push_back(duty);
            return isKnown;
        }
        void pause(bool paused) override { counted.paused = paused; }
        [[nodiscard]] bool isPaused() const override { return counted.paused; }
        [[nodiscard]] std::vector<RecentError> errors() const override { return {{0, "Refused", "client x"}}; }
        [[nodiscard]] std::size_t reactors() const override { return workers.size(); }
        [[nodiscard]] bool isRunning(std::size_t) const override { return true; }
        void post(std::size_t reactor, std::function<void(InspectedWorker&)> call) override
        {
            if (reactor != silent)
                call(workers[reactor]);
        }

        Phase now = Phase::serving;
        Configuration settings;
        Statistics counted;
        std::vector<TargetView> allTargets{{"db:1", "living", true, 1, std::nullopt, std::nullopt}};
        std::vector<FakeWorker> workers{2};
        std::size_t silent = 99;
        std::vector<Targets::Duty> duties; ///< that were set
    };

    /// Lends the proxies that it is given.
    struct FakeDirectory : ServiceDirectory
    {
        [[nodiscard]] std::vector<InspectedService> services() const override { return all; }

        void add(const std::string& name, FakeProxy& proxy)
        {
            all.push_back({name, {std::shared_ptr<void>(), &proxy}, false});
        }

        std::vector<InspectedService> all;
    };

    struct FakeProcess : AdminCommands
    {
        [[nodiscard]] std::string configuration() const override { return "a = b\n"; }
        void addFacts(ProcessFacts& facts) const override { facts.logRecordsDropped = 7; }
        void reload(std::function<void(const Reload&)> done) override
        {
            done({false, {"first mistake", "second mistake"}});
        }
        void reloadCertificates(std::function<void(const Reload&)> done) override
        {
            done({true, {"local.tls: what is in its files"}});
        }
        void drain() override { asked += "drain "; }
        void stop() override { asked += "stop "; }
        void reopen() override { asked += "reopen "; }
        void setLogLevel(int level) override { asked += "level" + std::to_string(level) + " "; }

        std::string asked;
    };

    DeskFixture()
    {
        _proxy.settings.exchange.mode = Mode::funnel;
        _proxy.settings.targets.emplace_back().endpoint = {"db", 1};
        ClientView client;
        client.info = {"10.0.0.1", 4711, 7};
        client.state = "pinned";
        client.waits = Duration::seconds(2);
        client.queued = 3;
        client.connection = 1;
        client.pins = pins::TRANSACTION | pins::WATCH;
        client.pinned = Duration::seconds(5);
        _proxy.workers[1].view.clients.push_back(client);
        _proxy.workers[1].view.connections.push_back(
            {1, 1, "db:1", "pinned", Duration::seconds(60), 7, client.pins, client.pinned, 0});
        _proxy.workers[1].view.queued = 3;
        _proxy.workers[1].view.waits = client.waits;
    }

    Reply run(const std::string& line, bool isLocal = true)
    {
        std::optional<Reply> got;
        _desk.run({line, {isLocal, "127.0.0.1"}, ""}, [&got](Reply reply) { got = std::move(reply); });
        _loop.until([&got] { return got.has_value(); });
        return *got;
    }

    Reply page(const std::string& path, const std::string& query = "", const std::string& knownTag = "")
    {
        std::optional<Reply> got;
        Request request;
        request.path = path;
        request.query = query;
        request.ifNoneMatch = knownTag;
        _pages.get(request, [&got](Reply reply) { got = std::move(reply); });
        _loop.until([&got] { return got.has_value(); });
        return *got;
    }

    void expect(const std::string& line, int exitCode, const std::string& text)
    {
        const Reply reply = run(line);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(line, exitCode, reply.exitCode);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(line, text, reply.body);
    }

    static FakeDirectory directoryOf(FakeProxy& proxy)
    {
        FakeDirectory directory;
        directory.add("", proxy);
        return directory;
    }

    TurnedReactor _loop{false};
    FakeProxy _proxy;
    FakeDirectory _directory = directoryOf(_proxy);
    FakeProcess _process;
    AccessRules _rules{_proxy.settings.admin};
    Survey _survey{_loop.reactor};
    Pages _pages{_directory, _process, _survey};
    CommandDesk _desk{_rules, _directory, _process, _survey, _pages, Duration::milliseconds(20)};
};

} // namespace proximux::admin
