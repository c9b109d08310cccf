#pragma once

#include <proximux/Framing.h>
#include <proximux/protocol/Traits.h>
#include <proximux/protocol/http/Head.h>

#include <string>
#include <vector>

namespace proximux::http
{

/// Adds an edit in the order of their offsets, behind those with the same one.
void addEdit(std::vector<Edit>& edits, const Edit& edit);

/// What a request is told of its way: X-Forwarded-For or Forwarded (RFC 7239) with its client's address, and Via (RFC
/// 9110 section 7.6.3). What the client says of these itself is kept, and ours stands behind it. One of each client; it
/// must outlive the requests.
class Origin
{
public:
    explicit Origin(HttpForwarded form)
        : _form(form)
    {
    }

    [[nodiscard]] bool isOn() const { return _form != HttpForwarded::off; }

    /// The client's address: numeric, an IPv6 one without brackets; empty: unknown.
    void setAddress(Bytes address);

    /// Adds the edits of a request, whose head was read with Head::traced.
    void edit(const Head& head, std::vector<Edit>& edits) const;

private:
    static void append(const Head& head, const Head::Field& last, Bytes element, Bytes line, std::vector<Edit>& edits);

    HttpForwarded _form;
    std::string _element; ///< added to a list: ", for=192.0.2.1"
    std::string _line;    ///< where there is no list
};

} // namespace proximux::http
