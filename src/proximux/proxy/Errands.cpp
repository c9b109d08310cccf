#include <proximux/proxy/Errands.h>

#include <proximux/exchange/Exchange.h>
#include <proximux/proxy/TlsRules.h>

#include <utility>

namespace proximux
{

Errands::Errands(Runtime& runtime, Reactor& reactor, Scratch& scratch, Exchange& exchange)
    : _runtime(runtime)
    , _reactor(reactor)
    , _scratch(scratch)
    , _exchange(exchange)
{
}

Errands::~Errands() = default;

void Errands::begin(std::uint64_t number, std::size_t target, const std::string& says, Instant deadline)
{
    Row& row = _rows[target];
    row.waiting.push_back({number, says, deadline});
    if (row.waiting.size() == 1)
        dial(target, row);
}

/// All have the same time, so the deadline of those that wait does not come before that of the first.
void Errands::dial(std::size_t target, Row& row)
{
    const Errand& errand = row.waiting.front();
    ErrandListener& listener = *this;
    row.connection = std::make_unique<ErrandConnection>(_reactor, _scratch, target, listener);
    const auto settings = _runtime.directory.of(target);
    row.connection->dial(_runtime.resolver, settings, tlsStartWithTarget(*_runtime.configuration(), *settings),
                         errand.says, errand.deadline);
}

void Errands::errandEnded(std::size_t target, ErrandEnd how)
{
    const auto found = _rows.find(target);
    Row& row = found->second;
    row.connection->close(true);
    _reactor.dispose(std::move(row.connection)); // deferred: it is the caller
    const std::uint64_t number = row.waiting.front().number;
    row.waiting.pop_front();
    if (row.waiting.empty())
        _rows.erase(found);
    else
        dial(target, row);
    _exchange.errandEnded(number, how, _reactor.now());
}

} // namespace proximux
