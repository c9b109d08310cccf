#pragma once

#include "WatchRecorder.h"
#include "support/Identified.h"
#include "support/Test.h"

#include <proximux/protocol/Registry.h>
#include <proximux/protocol/watch/FramedWatcher.h>

#include <memory>
#include <utility>
#include <vector>

namespace proximux
{

/// A FramedWatcher of lines, or the watcher of a protocol by name, and what it has seen.
class WatcherFixture : public CppUnit::TestCase
{
protected:
    static Instant at(std::int64_t us) { return Instant{us}; }

    void watch(const WatchLimits& limits = {})
    {
        Framing framing;
        framing.maxMessage = 100;
        _recorder = WatchRecorder();
        _watcher = std::make_unique<FramedWatcher>(findProtocol("line")->make(framing), _recorder, limits);
    }

    void watchNamed(const char* protocol)
    {
        _recorder = WatchRecorder();
        _named = findProtocol(protocol)->makeWatcher(Framing(), _recorder, WatchLimits());
    }

    void asks(const std::string& bytes) { _named->fromClient(bytes, at(0)); }
    void answers(const std::string& bytes) { _named->fromTarget(bytes, at(1)); }

    [[nodiscard]] std::string seen() const { return joined(_recorder.lines); }

    /// A message; a startup packet, which has no type, with 0.
    static std::string pg(char type, const std::string& body)
    {
        std::string text(type != 0 ? 1 : 0, type);
        text.append(3, '\0').push_back(static_cast<char>(body.size() + 4));
        return text.append(body);
    }

    static std::string startup() { return pg(0, std::string("\0\3\0\0user\0me\0database\0db\0\0", 25)); }

    static std::string zero(std::string text) { return std::move(text.append(1, '\0')); }

    /// Who speaks (true: the client), and what.
    static std::vector<std::pair<bool, std::string>> postgresqlSession()
    {
        const std::string ready = pg('Z', "I");

        const std::string complete = pg('C', zero("SELECT 1"));

        const std::string parameter = pg('S', zero("a").append(zero("b")));

        const std::string parse = pg('P', zero("s1").append(zero("select $1")).append("xx"));

        const std::string bind = pg('B', zero("").append(zero("s1")));

        return {
            {true, pg(0, "\x04\xd2\x16\x2f")},
            {false, "N"},
            {true, startup()},
            {false, pg('R', std::string("\0\0\0\3", 4))},
            {true, pg('p', zero("geheim"))},
            {false, pg('R', std::string(4, '\0')) + parameter + ready},
            {true, pg('Q', zero("select 1"))},
            {false, pg('N', zero("a notice")) + pg('T', "x") + pg('D', "y") + complete + ready},
            {false, pg('A', "a notification")},
            {true, parse + bind + pg('E', "x") + pg('S', "")},
            {true, bind + pg('E', "x") + pg('S', "")},
            {false, pg('1', "") + pg('2', "") + complete + ready + pg('2', "") + complete + ready},
            {true, pg('Q', zero("copy t from stdin"))},
            {false, pg('G', "x")},
            {true, pg('d', "1") + pg('d', "2") + pg('c', "")},
            {false, complete + ready},
            {true, pg('Q', zero("alter role me password 'geheim'"))},
            {false, pg('E', "no") + ready + pg('N', "x")},
            {true, pg('X', "")},
        };
    }
    WatchRecorder _recorder;
    std::unique_ptr<FramedWatcher> _watcher;
    std::unique_ptr<Watcher> _named;
};

} // namespace proximux
