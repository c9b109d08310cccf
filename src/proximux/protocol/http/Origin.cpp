#include <proximux/protocol/http/Origin.h>

#include <algorithm>

namespace proximux::http
{

namespace
{

/// As servers expect it: an IPv4 address that an IPv6 socket reports in its own form, and without a zone, which means
/// nothing to others.
Bytes plain(Bytes address)
{
    constexpr Bytes MAPPED = "::ffff:";
    address = address.substr(0, address.find('%'));
    if (sameText(address.substr(0, MAPPED.size()), MAPPED) && address.find('.') != Bytes::npos)
        address.remove_prefix(MAPPED.size());
    return address;
}

} // namespace

void addEdit(std::vector<Edit>& edits, const Edit& edit)
{
    const auto before = [](const Edit& a, const Edit& b) { return a.offset < b.offset; };
    edits.insert(std::upper_bound(edits.begin(), edits.end(), edit, before), edit);
}

void Origin::setAddress(Bytes address)
{
    std::string node(address.empty() ? Bytes("unknown") : plain(address));
    if (_form == HttpForwarded::forwarded)
        node = node.find(':') == std::string::npos ? "for=" + node : "for=\"[" + node + "]\"";
    _element = ", " + node;
    _line = (_form == HttpForwarded::forwarded ? "Forwarded: " : "X-Forwarded-For: ") + node + "\r\n";
}

void Origin::edit(const Head& head, std::vector<Edit>& edits) const
{
    append(head, _form == HttpForwarded::forwarded ? head.forwarded : head.forwardedFor, _element, _line, edits);
    if (head.is10)
        append(head, head.via, ", 1.0 proximux", "Via: 1.0 proximux\r\n", edits);
    else
        append(head, head.via, ", 1.1 proximux", "Via: 1.1 proximux\r\n", edits);
}

void Origin::append(const Head& head, const Head::Field& last, Bytes element, Bytes line, std::vector<Edit>& edits)
{
    if (last.name.empty())
        addEdit(edits, {head.size - 2, 0, line});
    else
        addEdit(edits, {last.endOfValue(), 0, element});
}

} // namespace proximux::http
