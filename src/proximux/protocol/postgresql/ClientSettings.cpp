// ClientSession: changes of settings.

#include <proximux/Pins.h>
#include <proximux/protocol/postgresql/ClientSession.h>

namespace proximux::postgresql
{

/// A change that is done at once, whatever else it leaves behind, ties nobody. Nothing behind it is looked at before it
/// is known whether the target agrees.
bool ClientSession::takesChange(const Contents& contents, RequestTraits& traits)
{
    if (!contents.change || !contents.isSingle() || contents.effects.ties != pins::SETTING || _unanswered > 0)
        return false;
    if ((_held & pins::LEASE) != 0)
        return keepsChange(contents);
    const auto settings = changed(_login->settings, *contents.change, _entry.logins().first()->settings);
    if (!settings)
        return false;
    _next = _entry.logins().with(*settings);
    traits.restores = contents.change->kind == SettingChange::Kind::resetAll;
    traits.becomes = traits.restores ? nullptr : _next;
    traits.barrier = true;
    return true;
}

/// Within a transaction it is done when that is committed: until then the connection is its client's anyway. In a
/// transaction of which a part may be undone, nobody knows what is left of it. RESET ALL brings back what was there
/// when the connection was opened, which may be another client's name.
bool ClientSession::keepsChange(const Contents& contents)
{
    if (_transaction.isDivided || _transacts || isTied() || contents.change->kind == SettingChange::Kind::resetAll)
        return false;
    const SessionSettings& before = _transaction.settings ? *_transaction.settings : _login->settings;
    const auto settings = changed(before, *contents.change, _entry.logins().first()->settings);
    if (!settings)
        return false;
    _transaction.settings = settings;
    _isOwn = true; // until it is over
    return true;
}

/// Whether this may end, or divide, the transaction.
bool ClientSession::mayEndTransaction(const Contents& contents) const
{
    const bool isByName = contents.isPrepared && contents.runs > 0 && (_transacts || contents.namesTransaction);
    return contents.effects.transacts || isByName;
}

/// What may end the transaction decides on the changes that were kept. Returns the reasons for which that ties: it does
/// so in a way that does not tell what becomes of them.
unsigned ClientSession::endOfTransaction(const Contents& contents, RequestTraits& traits)
{
    if (!mayEndTransaction(contents))
        return 0;
    const TransactionEnd end = contents.isSingle() ? transactionEndIn(contents.sql) : TransactionEnd::none;
    _transaction.isDivided = _transaction.isDivided || end == TransactionEnd::savepoint || end == TransactionEnd::none;
    if (!_transaction.settings || end == TransactionEnd::savepoint)
        return 0;
    if (end == TransactionEnd::commit)
    {
        _next = traits.becomes = _entry.logins().with(*_transaction.settings);
        traits.barrier = true;
    }
    _transaction.settings.reset();
    return end == TransactionEnd::none ? pins::SETTING : 0;
}

} // namespace proximux::postgresql
