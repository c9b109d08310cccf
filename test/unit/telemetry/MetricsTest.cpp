#include "support/Test.h"

#include <SourceDir.h>

#include <proximux/telemetry/Labels.h>
#include <proximux/telemetry/Metrics.h>

#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace proximux
{

/// The metrics in the text format of Prometheus.
class MetricsTest : public CppUnit::TestCase
{
protected:
    MetricsTest()
    {
        for (const char* address : {"plc:502", "[::1]:502"})
        {
            TargetStatistics target;
            target.address = address;
            target.limit = 3;
            _statistics.targets.push_back(target);
        }
        _statistics.threads.resize(2);
        _statistics.clientCertificates = {{"/a.pem", "CN=a", 1700000000}, {"/b.pem", "CN=b", -1}};
        _statistics.targetCertificates = {{"/a.pem", "CN=a", 1700000000}};
        _statistics.clientLimit = 100;
        _statistics.queueTimeout = Duration::seconds(30);
        _facts.residentMemory = 4096;
        _facts.descriptors = 7;
        _facts.maxDescriptors = 1024;
    }

    [[nodiscard]] std::vector<std::string> lines() const
    {
        std::istringstream text(metricsText({{"", _statistics}}, _facts));
        std::vector<std::string> lines;
        for (std::string line; std::getline(text, line);)
            lines.push_back(line);
        return lines;
    }

    /// The value of a series, or "absent".
    [[nodiscard]] std::string valueOf(const std::string& series) const
    {
        for (const std::string& line : lines())
            if (line.compare(0, series.size() + 1, series + ' ') == 0)
                return line.substr(series.size() + 1);
        return "absent";
    }

    /// The sum of all series of a metric.
    [[nodiscard]] std::uint64_t sumOf(const std::string& name) const
    {
        std::uint64_t sum = 0;
        for (const std::string& line : lines())
            if (line.compare(0, name.size() + 1, name + '{') == 0)
                sum += std::stoull(line.substr(line.rfind(' ') + 1));
        return sum;
    }

    Statistics _statistics;
    ProcessFacts _facts;
};

TEST(MetricsTest, whatIsOfAServiceHasItsName)
{
    const std::string text = metricsText({{"plc1", _statistics}, {"plc2", _statistics}}, _facts);
    const auto has = [&text](const std::string& line)
    { CPPUNIT_ASSERT_MESSAGE(line, text.find("\n" + line + "\n") != std::string::npos); };
    has("proximux_client_connections{service=\"plc1\"} 0");
    has("proximux_client_connections{service=\"plc2\"} 0");
    has("proximux_target_up{service=\"plc2\",target=\"1\",address=\"plc:502\"} 1");
    has("proximux_queue_duration_seconds_bucket{service=\"plc1\",le=\"+Inf\"} 0");
    has("proximux_queue_duration_seconds_count{service=\"plc1\"} 0");
    has("proximux_draining{service=\"plc1\"} 0");
    for (const MetricInfo& row : metrics())
    {
        const std::string name = std::string("\n") + row.name;
        const bool isNamed = text.find(name + "{service=") != std::string::npos ||
                             text.find(name + "_bucket{service=") != std::string::npos;
        CPPUNIT_ASSERT_EQUAL_MESSAGE(row.name, !row.isOfProcess, isNamed);
    }
}

TEST(MetricsTest, eachRowHasHelpAndTypeOnceAndSamples)
{
    std::map<std::string, int> seen;
    for (const std::string& line : lines())
    {
        std::istringstream words(line);
        std::string first, second, third;
        words >> first >> second >> third;
        ++seen[first == "#" ? second + ' ' + third : first.substr(0, first.find('{'))];
    }
    for (const MetricInfo& row : metrics())
    {
        const std::string name = row.name;
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, 1, seen["HELP " + name]);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, 1, seen["TYPE " + name]);
        CPPUNIT_ASSERT_MESSAGE(name, seen[row.kind == CounterKind::histogram ? name + "_bucket" : name] > 0);
    }
}

TEST(MetricsTest, noSeriesComesTwice)
{
    std::set<std::string> series;
    for (const std::string& line : lines())
        if (line[0] != '#')
            CPPUNIT_ASSERT_MESSAGE(line, series.insert(line.substr(0, line.rfind(' '))).second);
}

TEST(MetricsTest, labelsAreThoseOfTheTable)
{
    std::map<std::string, std::string> labels;
    for (const MetricInfo& row : metrics())
        labels[row.name] = row.labels;
    for (const std::string& line : lines())
    {
        const std::string name = line.substr(0, line.find_first_of("{ "));
        if (line[0] == '#' || labels.count(name) == 0)
            continue; // a part of a histogram
        std::string found;
        bool quoted = false;
        for (const char c : line.substr(name.size(), line.rfind(' ') - name.size()))
        {
            quoted = quoted != (c == '"');
            if (!quoted && c == ',')
                found += ", ";
            else if (!quoted && c != '{' && c != '}' && c != '=' && c != '"')
                found += c;
        }
        CPPUNIT_ASSERT_EQUAL_MESSAGE(line, labels[name], found);
    }
}

TEST(MetricsTest, aHistogramIsCumulative)
{
    LiveCounters live;
    for (const std::int64_t us : {50, 51, 2500, 40000000})
        count(live.requestDuration, Duration{us});
    add(_statistics, live);
    const std::string name = "proximux_request_duration_seconds";
    CPPUNIT_ASSERT_EQUAL(std::string("1"), valueOf(name + "_bucket{le=\"0.00005\"}"));
    CPPUNIT_ASSERT_EQUAL(std::string("2"), valueOf(name + "_bucket{le=\"0.0001\"}"));
    CPPUNIT_ASSERT_EQUAL(std::string("2"), valueOf(name + "_bucket{le=\"0.001\"}"));
    CPPUNIT_ASSERT_EQUAL(std::string("3"), valueOf(name + "_bucket{le=\"0.0025\"}"));
    CPPUNIT_ASSERT_EQUAL(std::string("3"), valueOf(name + "_bucket{le=\"30\"}"));
    CPPUNIT_ASSERT_EQUAL(std::string("4"), valueOf(name + "_bucket{le=\"+Inf\"}"));
    CPPUNIT_ASSERT_EQUAL(std::string("4"), valueOf(name + "_count"));
    CPPUNIT_ASSERT_EQUAL(std::string("40.002601"), valueOf(name + "_sum"));
    CPPUNIT_ASSERT_EQUAL(std::string("0"), valueOf("proximux_queue_duration_seconds_count"));
}

TEST(MetricsTest, clientsAddUp)
{
    _statistics.accepted = 10;
    _statistics.dropped = 2;
    _statistics.refused = 3;
    _statistics.current = 1;
    _statistics.clientsClosed[static_cast<std::size_t>(CloseReason::ended)] = 4;
    _statistics.clientsClosed[static_cast<std::size_t>(CloseReason::halfCloseTimeout)] = 2;
    const std::string name = "proximux_client_connections";
    CPPUNIT_ASSERT_EQUAL(std::string("12"), valueOf(name + "_accepted_total"));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{12}, 1 + sumOf(name + "_refused_total") + sumOf(name + "_closed_total"));
    CPPUNIT_ASSERT_EQUAL(std::string("2"), valueOf(name + "_closed_total{reason=\"half_close_timeout\"}"));
    CPPUNIT_ASSERT_EQUAL(std::string("2"), valueOf(name + "_refused_total{reason=\"limit\"}"));
}

TEST(MetricsTest, aTargetIsNamedByNumberAndAddress)
{
    TargetStatistics& target = _statistics.targets[1];
    target.up = false;
    target.dead = 5;
    target.downs = 2;
    target.drains = 3;
    target.closes = 1;
    target.checksFailed = 7;
    target.down = Duration::milliseconds(1500);
    target.busy = 4;
    target.tied = 1;
    target.connectFailures[static_cast<std::size_t>(ConnectFailure::timeout)] = 6;
    const std::string labels = "target=\"2\",address=\"[::1]:502\"";
    CPPUNIT_ASSERT_EQUAL(std::string("1"), valueOf("proximux_target_up{target=\"1\",address=\"plc:502\"}"));
    CPPUNIT_ASSERT_EQUAL(std::string("0"), valueOf("proximux_target_up{" + labels + "}"));
    CPPUNIT_ASSERT_EQUAL(std::string("1.5"), valueOf("proximux_target_down_seconds_total{" + labels + "}"));
    CPPUNIT_ASSERT_EQUAL(std::string("5"), valueOf("proximux_target_state_changes_total{" + labels + ",to=\"dead\"}"));
    CPPUNIT_ASSERT_EQUAL(std::string("2"), valueOf("proximux_target_state_changes_total{" + labels + ",to=\"down\"}"));
    CPPUNIT_ASSERT_EQUAL(std::string("3"),
                         valueOf("proximux_target_state_changes_total{" + labels + ",to=\"drained\"}"));
    CPPUNIT_ASSERT_EQUAL(std::string("1"),
                         valueOf("proximux_target_state_changes_total{" + labels + ",to=\"closed\"}"));
    CPPUNIT_ASSERT_EQUAL(std::string("7"), valueOf("proximux_target_check_failures_total{" + labels + "}"));
    CPPUNIT_ASSERT_EQUAL(std::string("3"), valueOf("proximux_target_connections{" + labels + ",state=\"busy\"}"));
    CPPUNIT_ASSERT_EQUAL(std::string("1"), valueOf("proximux_target_connections{" + labels + ",state=\"tied\"}"));
    CPPUNIT_ASSERT_EQUAL(std::string("6"),
                         valueOf("proximux_target_connect_failures_total{" + labels + ",reason=\"timeout\"}"));
}

TEST(MetricsTest, certificatesExpire)
{
    const std::string name = "proximux_tls_certificate_expiry_timestamp_seconds";
    for (const char* side : {"client", "target"})
        CPPUNIT_ASSERT_EQUAL(std::string("1700000000"), valueOf(name + "{side=\"" + side + "\",file=\"/a.pem\"}"));
    CPPUNIT_ASSERT_EQUAL(std::string("0"), valueOf(name + "{side=\"client\",file=\"/b.pem\"}"));
}

TEST(MetricsTest, moreTiedThanBusyIsNoHugeNumber)
{
    _statistics.targets[0].tied = 1; // the two were read at different moments
    CPPUNIT_ASSERT_EQUAL(std::string("0"),
                         valueOf("proximux_target_connections{target=\"1\",address=\"plc:502\",state=\"busy\"}"));
}

TEST(MetricsTest, labelsAreEscaped)
{
    _statistics.targets[0].address = "a\"b\\c\nd\xFF";
    CPPUNIT_ASSERT_EQUAL(std::string("1"), valueOf(R"(proximux_target_up{target="1",address="a\"b\\c\nd?"})"));
}

TEST(MetricsTest, whatIsUnlimitedOrUnknownIsAbsent)
{
    _statistics.clientLimit = 0;
    _statistics.queueTimeout = Duration{0};
    _statistics.targets[0].limit = 0;
    _facts.descriptors.reset();
    for (const char* series :
         {"proximux_client_connections_limit", "proximux_queue_timeout_seconds", "process_open_fds",
          "proximux_target_connections_limit{target=\"1\",address=\"plc:502\"}"})
        CPPUNIT_ASSERT_EQUAL_MESSAGE(series, std::string("absent"), valueOf(series));
}

TEST(MetricsTest, reasonsAreInSnakeCase)
{
    CPPUNIT_ASSERT_EQUAL(std::string("half_close_timeout"), snakeCase("halfCloseTimeout"));
    CPPUNIT_ASSERT_EQUAL(std::string("unknown_command"), snakeCase("unknown command"));
    CPPUNIT_ASSERT_EQUAL(std::string("0"), valueOf("proximux_clients_tied{reason=\"unknown_command\"}"));
}

TEST(MetricsTest, rulesAndDashboardNameWhatExists)
{
    std::set<std::string> names;
    for (const MetricInfo& row : metrics())
    {
        names.insert(row.name);
        if (row.kind == CounterKind::histogram)
            for (const char* suffix : {"_bucket", "_sum", "_count"})
                names.insert(std::string(row.name) + suffix);
    }
    for (const char* path : {"/etc/prometheus/proximux.rules.yml", "/etc/grafana/proximux.json"})
    {
        std::ifstream file(std::string(PROXIMUX_SOURCE_DIR) + path);
        const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        const std::regex metric("(proximux|process)_[a-z_]+");
        std::size_t found = 0;
        for (std::sregex_iterator each(text.begin(), text.end(), metric); each != std::sregex_iterator();
             ++each, ++found)
            CPPUNIT_ASSERT_MESSAGE(path + (": " + each->str()), names.count(each->str()) == 1);
        CPPUNIT_ASSERT_MESSAGE(path, found > 8);
    }
}

TEST(MetricsTest, aDurationHasTheDecimalsThatItNeeds)
{
    CPPUNIT_ASSERT_EQUAL(std::string("0"), asSeconds({0}));
    CPPUNIT_ASSERT_EQUAL(std::string("0"), asSeconds({-3}));
    CPPUNIT_ASSERT_EQUAL(std::string("0.000001"), asSeconds({1}));
    CPPUNIT_ASSERT_EQUAL(std::string("2.5"), asSeconds({2500000}));
    CPPUNIT_ASSERT_EQUAL(std::string("100"), asSeconds(Duration::seconds(100)));
}

} // namespace proximux
