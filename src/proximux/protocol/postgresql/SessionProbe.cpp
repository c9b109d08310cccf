#include <proximux/protocol/postgresql/SessionProbe.h>

#include <proximux/Pins.h>
#include <proximux/protocol/postgresql/Messages.h>

#include <array>
#include <cstdint>
#include <string>

namespace proximux::postgresql
{

namespace
{

/// Whatever the search path of the session is: each name, and each operator, is that of the system.
constexpr Bytes QUERY =
    "select "
    "exists(select from pg_catalog.pg_listening_channels()), "
    "exists(select from pg_catalog.pg_locks l where l.locktype operator(pg_catalog.=) 'advisory'::pg_catalog.text "
    "and l.pid operator(pg_catalog.=) pg_catalog.pg_backend_pid()), "
    "exists(select from pg_catalog.pg_depend d where d.refclassid operator(pg_catalog.=) "
    "'pg_catalog.pg_namespace'::pg_catalog.regclass::pg_catalog.oid and d.refobjid operator(pg_catalog.=) "
    "pg_catalog.pg_my_temp_schema()), "
    "exists(select from pg_catalog.pg_prepared_statements s where s.from_sql), "
    "exists(select from pg_catalog.pg_cursors c where c.is_holdable) or "
    "pg_catalog.current_setting('role'::pg_catalog.text) operator(pg_catalog.<>) 'none'::pg_catalog.text or "
    "exists(select from pg_catalog.pg_stat_activity a where a.pid operator(pg_catalog.=) pg_catalog.pg_backend_pid() "
    "and a.usename::pg_catalog.text operator(pg_catalog.<>) session_user::pg_catalog.text)";

constexpr Bytes BETWEEN = "NAS"; ///< messages that answer nothing, and may come before the end

/// What is asked for, column by column.
constexpr std::array<unsigned, 5> REASONS = {pins::SUBSCRIPTION, pins::LOCK, pins::TEMPORARY, pins::STATEMENT,
                                             pins::SESSION};

} // namespace

Bytes SessionProbe::question() const
{
    static const std::string MESSAGE = message('Q', std::string(QUERY) + '\0');
    return MESSAGE;
}

StateProbe::Step SessionProbe::hear(Bytes came)
{
    constexpr std::uint64_t LONGEST = 65536; // bytes of a message
    Step step;
    while (step.state == State::more && came.size() - step.taken >= HEADER)
    {
        const Bytes rest = came.substr(step.taken);
        const std::uint64_t length = lengthAt(rest, 1);
        if (length < 4 || length > LONGEST)
        {
            step.state = State::broken;
            return step;
        }
        const auto size = static_cast<std::size_t>(length + 1);
        if (rest.size() < size)
            break;
        step.taken += size;
        if (BETWEEN.find(rest.front()) != Bytes::npos)
            step.passes.append(rest.substr(0, size));
        else
            step.state = take(rest.front(), rest.substr(HEADER, size - HEADER));
    }
    step.reasons = _reasons;
    return step;
}

StateProbe::State SessionProbe::take(char type, Bytes body)
{
    switch (type)
    {
    case 'T':
    case 'C':
        return State::more;
    case 'D':
        return takeRow(body);
    case 'E':
        _failed = true;
        return State::more;
    case 'Z':
        if (body != "I")
            return State::broken;
        return _isKnown && !_failed ? State::known : State::unknown;
    default:
        return State::broken;
    }
}

/// One row, whose values are t or f.
StateProbe::State SessionProbe::takeRow(Bytes body)
{
    constexpr std::size_t VALUE = 5; // its length, and one letter
    if (_isKnown || body.size() != 2 + VALUE * REASONS.size() || readNumber(body.substr(0, 2)) != REASONS.size())
        return State::broken;
    _isKnown = true;
    for (std::size_t i = 0; i < REASONS.size(); ++i)
    {
        const Bytes value = body.substr(2 + VALUE * i, VALUE);
        if (readNumber(value.substr(0, 4)) != 1 || (value[4] != 't' && value[4] != 'f'))
            return State::broken;
        _reasons |= value[4] == 't' ? REASONS[i] : 0;
    }
    return State::more;
}

} // namespace proximux::postgresql
