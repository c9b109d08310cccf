#pragma once

#include <proximux/Bytes.h>
#include <proximux/admin/Reply.h>

#include <cstddef>
#include <string>

namespace proximux::admin
{

/// A request of HTTP, as far as the admin port looks at it.
struct Request
{
    std::string method;
    std::string path; ///< without a query
    std::string host; ///< with its port; empty: none
    std::string contentType;
    std::string authorization;
    std::string ifNoneMatch;
    std::string query; ///< behind the question mark
};

/// Where a request comes from.
struct Origin
{
    bool isLocal = false; ///< a UNIX socket
    std::string address;  ///< numeric, of a peer over TCP

    /// For the log.
    [[nodiscard]] std::string toString() const { return isLocal ? "a UNIX socket" : address; }
};

/// Collects what one connection sends until it is one request of HTTP or one command line, of which the first byte
/// decides: a method begins with a capital letter, a command does not.
class RequestReader
{
public:
    static constexpr std::size_t MAX_LINE = 4096;  ///< bytes
    static constexpr std::size_t MAX_BODY = 65536; ///< likewise

    enum class Kind
    {
        more,
        request,
        line,
        refused ///< see refusal()
    };

    /// takesLines: whether command lines are taken at all.
    explicit RequestReader(bool takesLines)
        : _takesLines(takesLines)
    {
    }

    /// Takes bytes. Call it until it returns something other than more.
    Kind feed(Bytes bytes);

    /// The peer sends no more: a line may end with that.
    Kind finish();

    [[nodiscard]] bool isHttp() const;
    [[nodiscard]] const Request& request() const { return _request; }
    [[nodiscard]] const std::string& line() const { return _line; }
    [[nodiscard]] const Reply& refusal() const { return _refusal; }

private:
    Kind readLine(std::size_t end);
    Kind readHead(std::size_t end);
    Kind refuse(int status, const std::string& why);

    bool _takesLines;
    std::string _input;
    std::size_t _scanned = 0;
    std::size_t _whole = 0; ///< size of the request with its body; 0: its head is not complete
    Request _request;
    std::string _line;
    Reply _refusal;
};

} // namespace proximux::admin
