#include "support/Test.h"

#include <proximux/proxy/TargetDirectory.h>

#include <string>
#include <vector>

namespace proximux
{

class TargetDirectoryTest : public CppUnit::TestCase
{
protected:
    using Indices = std::vector<std::size_t>;

    static Configuration with(const std::vector<std::string>& hosts)
    {
        Configuration made;
        made.exchange.mode = Mode::funnel;
        for (const std::string& host : hosts)
            made.targets.emplace_back().endpoint = {host, 1};
        return made;
    }

    Targets _targets{2, {Duration::milliseconds(100), Duration::seconds(1)}, 1};
    TargetDirectory _directory{with({"a", "b"}).targets};
    Instant _now{1000000};
};

TEST(TargetDirectoryTest, whoStaysKeepsItsIndex)
{
    const TargetAssignment made = _directory.assign(with({"c", "b", "a"}), _targets);
    CPPUNIT_ASSERT((made.indices == Indices{2, 1, 0}));
    CPPUNIT_ASSERT((made.changes.fresh == Indices{2}));
    CPPUNIT_ASSERT_EQUAL(std::string("c"), _directory.of(2)->endpoint.host);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, _targets.numberOf(2));
    CPPUNIT_ASSERT_EQUAL(std::size_t{3}, _targets.numberOf(0));
}

TEST(TargetDirectoryTest, whoIsGoneIsRetiredAndComesBackAsItWas)
{
    _directory.assign(with({"b"}), _targets);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, _targets.numberOf(0));
    CPPUNIT_ASSERT(!_targets.begin(0, _now));
    const TargetAssignment made = _directory.assign(with({"b", "a"}), _targets);
    CPPUNIT_ASSERT((made.indices == Indices{1, 0}));
    CPPUNIT_ASSERT(made.changes.fresh.empty());
    CPPUNIT_ASSERT(_targets.begin(0, _now));
}

TEST(TargetDirectoryTest, anIndexIsUsedAgainWhenNoConnectionIsLeft)
{
    CPPUNIT_ASSERT(_targets.begin(0, _now));
    _directory.assign(with({"b"}), _targets);
    CPPUNIT_ASSERT((_directory.assign(with({"b", "c"}), _targets).indices == Indices{1, 2}));
    _targets.abandoned(0, _now);
    const TargetAssignment made = _directory.assign(with({"b", "c", "d"}), _targets);
    CPPUNIT_ASSERT((made.indices == Indices{1, 2, 0}));
    CPPUNIT_ASSERT((made.changes.fresh == Indices{0}));
}

/// A retired one that is wanted again is not given away before its turn.
TEST(TargetDirectoryTest, anIndexIsNotTakenFromWhoComesBack)
{
    _directory.assign(with({"b"}), _targets);
    CPPUNIT_ASSERT((_directory.assign(with({"c", "a", "d"}), _targets).indices == Indices{2, 0, 3}));
}

TEST(TargetDirectoryTest, connectionsOfAnotherLoginAreRenewed)
{
    Configuration changed = with({"a", "b"});
    changed.targets[1].password = "secret";
    changed.targets[0].socket.userTimeout = Duration::seconds(1); // for those to come
    const TargetChanges changes = _directory.assign(changed, _targets).changes;
    CPPUNIT_ASSERT(!changes.isRenewed(0));
    CPPUNIT_ASSERT(changes.isRenewed(1));
    CPPUNIT_ASSERT(!_directory.assign(changed, _targets).changes.isRenewed(1));
}

TEST(TargetDirectoryTest, inFunnelATargetHasAsManyConnectionsAsConfigured)
{
    Configuration changed = with({"a", "b"});
    changed.targets[0].connections = 2;
    _directory.assign(changed, _targets);
    CPPUNIT_ASSERT(_targets.begin(0, _now));
    CPPUNIT_ASSERT(_targets.begin(0, _now));
    CPPUNIT_ASSERT(!_targets.begin(0, _now));
    CPPUNIT_ASSERT(_targets.retryAt(0, _now) == Instant::never());
    changed.exchange.mode = Mode::proxy;
    _directory.assign(changed, _targets);
    CPPUNIT_ASSERT(_targets.begin(0, _now));
}

} // namespace proximux
