#pragma once

#include <proximux/protocol/postgresql/LaneStatements.h>

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace proximux::postgresql
{

/// What targets have agreed to for the clients that are there: the same texts in the same settings.
class StatementRegistry
{
public:
    /// Null: nobody knows whether a target agrees.
    [[nodiscard]] std::shared_ptr<const Prepared> find(Bytes body, const Login& login);

    void add(const std::shared_ptr<ClientStatement>& statement);

private:
    std::unordered_multimap<std::size_t, std::weak_ptr<ClientStatement>> _byHash;
    std::size_t _swept = 0; ///< how many there were after they had been looked through
};

/// The prepared statements of one client, by its names for them, and its messages as they are said on a connection.
class ClientStatements
{
public:
    /// most: statements that a connection keeps. registry: of the exchange; null: one of its own.
    ClientStatements(std::size_t most, std::shared_ptr<StatementRegistry> registry)
        : _most(most)
        , _registry(registry != nullptr ? std::move(registry) : std::make_shared<StatementRegistry>())
    {
    }

    /// Bytes that they take.
    [[nodiscard]] std::size_t size() const { return _size; }

    /// Forgets those that are not there any more. Nothing of the client is in flight.
    void sweep();

    /// Prepares what the body of this Parse says, if targets have agreed to the same before. False: one is to be asked.
    /// Nothing of the client is in flight.
    bool prepareKnown(Bytes body, const std::shared_ptr<const Login>& login);

    /// Appends what is said on this connection instead of these messages of a request. They follow those before them;
    /// the last may be cut off, if it is a Bind.
    void write(Bytes messages, const Whose& whose, LaneStatements& lane, std::string& text);

    /// A request begins; those before it were answered.
    void begin();

    /// A query of its own ends the statement without a name.
    void forgetUnnamed()
    {
        _unnamed.reset();
        _unnamedIsThere = false;
    }

private:
    /// Where messages are written to.
    struct Page
    {
        const Whose& whose;
        LaneStatements& lane;
        std::string& text;
        std::size_t more = 0; ///< bytes of the present message that are still to come
    };

    void write(char type, Bytes whole, const Page& page);
    void parse(Bytes body, const Page& page);
    void parseUnnamed(Bytes body, const Page& page);
    void bind(Bytes body, const Page& page);
    void describe(Bytes body, const Page& page);
    void close(Bytes body, const Page& page);
    void query(Bytes body, const Page& page);
    std::string deallocated(Bytes sql, const Page& page);
    Bytes nameOn(Bytes name, const Page& page);
    const std::shared_ptr<const Prepared>& lasting();
    static Bytes ensure(const std::shared_ptr<const Prepared>& what, const Page& page);
    [[nodiscard]] std::shared_ptr<ClientStatement> find(Bytes name) const;
    std::shared_ptr<ClientStatement> make(Bytes name, std::shared_ptr<const Prepared> what, const Whose& whose);
    void settle();
    void put(const std::string& name, const std::shared_ptr<ClientStatement>& statement);

    std::size_t _most;
    std::shared_ptr<StatementRegistry> _registry;
    std::map<std::string, std::shared_ptr<ClientStatement>, std::less<>> _byName;
    std::vector<std::pair<std::string, std::shared_ptr<ClientStatement>>> _asked; ///< in the present request
    std::map<std::string, std::size_t, std::less<>> _newest;                      ///< the last of these with each name
    std::size_t _size = 0;
    std::uint64_t _request = 1;                ///< the number of the present one
    std::string _unnamedBody;                  ///< of the Parse that prepared the statement without a name
    std::shared_ptr<const Prepared> _lasting;  ///< that statement, once a later request has used it
    std::optional<bool> _lasts;                ///< whether one may; nothing: it was not asked
    std::shared_ptr<ClientStatement> _unnamed; ///< whether that is there; null: there is none
    bool _unnamedIsThere = false;              ///< it was prepared in the present request
    std::shared_ptr<bool> _discarded;          ///< whether the present request has ended all; null: it does not
    std::size_t _askedBefore = 0;              ///< how many were asked for before that
    bool _begins = true;                       ///< nothing of the present request was written
    std::size_t _more = 0;                     ///< bytes of the last message that are still to come
};

/// The name of a statement that this text deallocates, "" for all; nothing: it is none of these.
std::optional<std::string> deallocatedBy(Bytes sql);

} // namespace proximux::postgresql
