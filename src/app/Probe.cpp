#include <app/LogFormat.h>
#include <app/Tools.h>
#include <app/Trial.h>
#include <proximux/wire/MessageStream.h>

#include <Poco/Exception.h>

#include <algorithm>

namespace proximux
{

namespace
{

constexpr const char* PROBE_USAGE =
    "usage: proximux probe --protocol NAME --target HOST:PORT [--request TEXT] [--set SECTION.KEY=VALUE]\n\n"
    "Tests a target with harmless requests, first one at a time, then pipelined. Reports whether it frames\n"
    "and pairs responses as the protocol requires, how many requests may be in flight, and the settings to\n"
    "use. For targets that need a login or an initial message, set pool.prologue, target.1.username and\n"
    "target.1.password; for TLS set target.1.tls = on or starttls, and target.1.tls_ca. With starttls and\n"
    "no request it tests TLS alone.\n\nOptions:\n";

constexpr const char* PROBE_EXIT_CODES =
    "\nExit codes: 0 the target works as required, 69 it fails or cannot be reached, 74 the output cannot be\n"
    "written, 78 a mistake in the options.\n";

constexpr int EXIT_UNAVAILABLE = 69;

/// The result of a probe.
struct Finding
{
    std::size_t most = 0;   ///< number of concurrent requests that were answered correctly
    std::string wrong;      ///< what failed with more of them
    std::string last;       ///< summary of the last response
    bool closes = false;    ///< the target closes the connection after a response
    bool strangeId = false; ///< the failure is a response with an unknown id
};

/// Doubles the number of concurrent requests until something fails.
void ask(Trial& trial, const Plan& plan, Finding& found)
{
    found.wrong = trial.begin();
    for (std::size_t count = 1; count <= plan.wanted && found.wrong.empty() && !trial.closes; count *= 2)
    {
        found.wrong = trial.ask(count);
        if (found.wrong.empty() && count == 1 && !trial.closes)
            found.wrong = trial.surplus(true);
        if (found.wrong.empty() && plan.wanted == 1 && !trial.closes)
            found.wrong = trial.ask(1); // checks that the connection survives one exchange
        found.most = found.wrong.empty() ? count : found.most;
        found.last = trial.last;
    }
    found.closes = trial.closes;
    found.strangeId = trial.strangeId;
}

/// Calls act(trial) with a connection to the target. What POCO throws becomes the error in `wrong`.
template <class Act>
void connectTo(const Endpoint& target, const Plan& plan, std::string& wrong, const Act& act)
{
    try
    {
        Trial trial(plan, target);
        act(trial);
    }
    catch (const Poco::TimeoutException&)
    {
        wrong = "timed out after " + std::to_string(Trial::SECONDS) + " s";
    }
    catch (const Poco::Exception& exception)
    {
        wrong = exception.displayText();
    }
}

Finding tryTarget(const Plan& plan, const Endpoint& target)
{
    Finding found;
    connectTo(target, plan, found.wrong, [&plan, &found](Trial& trial) { ask(trial, plan, found); });
    return found;
}

/// Tests TLS alone, inside of a protocol of which no harmless request is known. Returns the exit code.
int tryTls(const ToolOptions& options, const Plan& plan)
{
    std::string wrong;
    connectTo(options.target, plan, wrong, [&wrong](Trial& trial) { wrong = trial.beginTls(); });
    if (!wrong.empty())
    {
        toolRefuses({options.target.toString() + ": " + wrong});
        return EXIT_UNAVAILABLE;
    }
    const bool isVerified = plan.target.tls.verify != TargetTls::Verify::none;
    return toolSays(options.target.toString() + ": begins TLS as " + options.protocol +
                    " requires, and its certificate is " + (isVerified ? "trusted" : "not verified") +
                    "\n\nsettings:\n  exchange.protocol = " + options.protocol + "\n  target.1.tls = starttls\n");
}

std::string report(const ToolOptions& options, const Plan& plan, const Finding& found)
{
    std::string text = options.target.toString() + ": frames and pairs its responses as " + options.protocol +
                       " requires (last response: " + printable(found.last) + ")\n";
    const bool strange = plan.protocol->requestId() && !plan.byId;
    if (strange)
        text += "but its responses do not echo the request id\n";
    if (!found.wrong.empty())
        text += "with " + std::to_string(2 * found.most) + " requests in flight it fails: " + found.wrong + "\n";
    if (found.closes)
        text += "it closes the connection after each response\n";
    text += "requests in flight per connection: " + std::to_string(found.most) +
            (found.wrong.empty() && plan.wanted > 1 && !found.closes ? " or more" : "") +
            "\n\nsettings:\n  exchange.protocol = " + options.protocol + "\n";
    for (const auto& [key, value] : options.settings)
        if (key != "exchange.pairing" && key != "exchange.pipeline" && key.compare(0, 9, "exchange.") == 0)
            text.append("  ").append(key).append(" = ").append(value).append("\n");
    const bool maybe = found.most > 1 && plan.info.pairing == Pairing::automatic && !plan.byId;
    if (strange || maybe)
        text += "  exchange.pairing = order\n";
    if (plan.wanted > 1)
        text += "  exchange.pipeline = " + std::to_string(found.most) + "\n";
    if (maybe)
        text += "\nOmit the last two settings unless the target is known to respond in order: equal requests cannot "
                "show it.\n";
    return text;
}

Plan makePlan(const Configuration& configuration, const std::string& request)
{
    const ExchangeSettings& exchange = configuration.exchange;
    const TargetSettings& target = configuration.targets.front();
    const ProtocolInfo& info = *findProtocol(exchange.protocol);
    const bool isAsked = info.make != nullptr && !info.tlsStarts.isGreeted;
    Plan plan{info, isAsked ? info.make(exchange.framingInForce()) : nullptr, request, {}, target};
    if (!plan.protocol)
        return plan;
    plan.prologue = plan.protocol->login({target.username, target.password, target.database});
    plan.prologue.says += configuration.pool.prologue;
    plan.prologue.expects += configuration.pool.prologueExpect;
    plan.byId = exchange.pairingInForce() == Pairing::identifier;
    plan.quiet = std::max(plan.quiet, configuration.pool.settle.value_or(plan.quiet));
    if (info.inOrder && exchange.pairing != Pairing::exclusive)
        plan.wanted = exchange.pipeline.value_or(std::max<std::size_t>(info.pipeline, 16));
    if (plan.byId && plan.protocol->requestId()->width == 1)
        plan.wanted = std::min<std::size_t>(plan.wanted, 256); // the number of ids
    return plan;
}

/// What is wrong with the request; empty: it is exactly one message.
std::string mistakeOf(const Plan& plan)
{
    const auto framer = plan.protocol->makeRequestFramer();
    MessageStream stream(*framer);
    std::size_t messages = 0;
    const auto take = [&messages](Bytes, bool last)
    {
        messages += last ? 1 : 0;
        return true;
    };
    const char* const malformed = stream.feed(
        plan.request, [] {}, take);
    const std::string name(plan.info.name);
    if (malformed != nullptr)
        return std::string(malformed) + "; expected one " + name + " message";
    if (messages == 1 && stream.isAtRest())
        return {};
    if (messages > 0)
        return "more than one " + name + " message; expected exactly one";
    return "an incomplete " + name + " message; expected exactly one whole message" +
           (plan.info.uses("exchange.delimiter") ? ", which ends with exchange.delimiter (\\n by default)" : "");
}

/// Why the target cannot be asked anything; empty: it can, though for TLS alone maybe.
std::string unaskable(const ToolOptions& options, const Plan& plan)
{
    const std::string protocol = "--protocol " + options.protocol + ": ";
    const bool isSecured = plan.target.tls.startsInside();
    if (!plan.protocol && !plan.request.empty())
        return protocol + "its messages cannot be paired; expected no --request, and target.1.tls = starttls";
    if (!plan.protocol && !isSecured)
        return protocol + "its messages cannot be paired; expected target.1.tls = starttls, to test TLS alone";
    if (!plan.protocol || isSecured || !plan.make(1).empty())
        return {};
    return protocol + "no harmless request is known for this protocol; expected --request TEXT" +
           (plan.info.tlsStarts.areThere() ? ", or target.1.tls = starttls, to test TLS alone" : "");
}

} // namespace

int probeTool(const std::vector<std::string>& arguments)
{
    ToolOptions options(ToolOptions::Tool::probe, arguments);
    if (options.help)
        return toolSays(PROBE_USAGE + describeOptions(options.options()) + PROBE_EXIT_CODES);
    if (options.target == Endpoint())
        options.mistakes.emplace_back("--target: missing; expected HOST:PORT or unix:PATH");
    const auto configuration = options.load();
    if (!configuration)
        return toolRefuses(options.mistakes);
    Plan plan = makePlan(*configuration, options.request);
    if (const std::string wrong = unaskable(options, plan); !wrong.empty())
        return toolRefuses({wrong});
    if (!plan.protocol || plan.make(1).empty())
        return tryTls(options, plan);
    if (const std::string wrong = plan.request.empty() ? "" : mistakeOf(plan); !wrong.empty())
        return toolRefuses({"--request: " + wrong});
    Finding found = tryTarget(plan, options.target);
    if (found.most == 0 && found.strangeId)
    {
        plan.byId = false;
        found = tryTarget(plan, options.target);
    }
    if (found.most > 0)
        return toolSays(report(options, plan, found));
    toolRefuses({options.target.toString() + ": " + found.wrong});
    return EXIT_UNAVAILABLE;
}

} // namespace proximux
