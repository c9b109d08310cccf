// Tls: why something failed, by OpenSSL.

#include <proximux/net/TlsOpenSsl.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <iterator>

namespace proximux::openssl
{

namespace
{

/// How an error of OpenSSL is named.
struct Named
{
    int error;
    TlsReason reason;
    const char* code;
};

constexpr Named VERDICTS[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, TlsReason::expired, "CERT_HAS_EXPIRED"},
    {X509_V_ERR_CERT_NOT_YET_VALID, TlsReason::expired, "CERT_NOT_YET_VALID"},
    {X509_V_ERR_CRL_HAS_EXPIRED, TlsReason::expired, "CRL_HAS_EXPIRED"},
    {X509_V_ERR_HOSTNAME_MISMATCH, TlsReason::name, "HOSTNAME_MISMATCH"},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, TlsReason::name, "IP_ADDRESS_MISMATCH"},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, TlsReason::unknownCa, "DEPTH_ZERO_SELF_SIGNED_CERT"},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, TlsReason::unknownCa, "SELF_SIGNED_CERT_IN_CHAIN"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, TlsReason::unknownCa, "UNABLE_TO_GET_ISSUER_CERT"},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, TlsReason::unknownCa, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, TlsReason::unknownCa, "UNABLE_TO_VERIFY_LEAF_SIGNATURE"},
    {X509_V_ERR_CERT_REVOKED, TlsReason::certificate, "CERT_REVOKED"},
};

constexpr Named ALERTS[] = {
    {SSL_AD_HANDSHAKE_FAILURE, TlsReason::noSharedCipher, "TLS_ALERT"},
    {SSL_AD_PROTOCOL_VERSION, TlsReason::noSharedCipher, "TLS_ALERT"},
    {SSL_AD_INSUFFICIENT_SECURITY, TlsReason::noSharedCipher, "TLS_ALERT"},
    {SSL_AD_UNKNOWN_CA, TlsReason::unknownCa, "TLS_ALERT"},
    {SSL_AD_CERTIFICATE_EXPIRED, TlsReason::expired, "TLS_ALERT"},
    {SSL_AD_UNRECOGNIZED_NAME, TlsReason::name, "TLS_ALERT"},
    {SSL_AD_BAD_CERTIFICATE, TlsReason::certificate, "TLS_ALERT"},
    {SSL_AD_UNSUPPORTED_CERTIFICATE, TlsReason::certificate, "TLS_ALERT"},
    {SSL_AD_CERTIFICATE_REVOKED, TlsReason::certificate, "TLS_ALERT"},
    {SSL_AD_CERTIFICATE_UNKNOWN, TlsReason::certificate, "TLS_ALERT"},
    {SSL_AD_CERTIFICATE_REQUIRED, TlsReason::certificate, "TLS_ALERT"},
};

constexpr Named REASONS[] = {
    {SSL_R_NO_SHARED_CIPHER, TlsReason::noSharedCipher, "NO_SHARED_CIPHER"},
    {SSL_R_UNSUPPORTED_PROTOCOL, TlsReason::noSharedCipher, "UNSUPPORTED_PROTOCOL"},
    {SSL_R_VERSION_TOO_LOW, TlsReason::noSharedCipher, "VERSION_TOO_LOW"},
    {SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, TlsReason::noSharedCipher, "NO_SUITABLE_SIGNATURE_ALGORITHM"},
    {SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, TlsReason::certificate, "NO_CERTIFICATE"},
};

template <std::size_t N>
const Named* find(const Named (&table)[N], int error)
{
    const Named* const found =
        std::find_if(std::begin(table), std::end(table), [error](const Named& each) { return each.error == error; });
    return found == std::end(table) ? nullptr : found;
}

TlsFailure judge(const Evidence& evidence)
{
    const Verdict& verdict = evidence.verdict;
    const Named* const named = find(VERDICTS, verdict.error);
    TlsFailure failure{named != nullptr ? named->reason : TlsReason::certificate, 0,
                       named != nullptr ? named->code : "CERTIFICATE", X509_verify_cert_error_string(verdict.error)};
    if (failure.reason == TlsReason::name)
        failure.text += ", expected " + evidence.expected;
    if (!verdict.subject.empty())
        failure.text += " (subject " + verdict.subject + ")";
    return failure;
}

/// The first bytes of a line, without what would harm a log.
std::string shown(std::string_view first)
{
    std::string text;
    for (const char c : first.substr(0, std::min(first.find_first_of("\r\n"), first.size())))
        text += c >= ' ' && c <= '~' ? c : '?';
    return text;
}

TlsFailure ofAlert(int alert)
{
    const Named* const named = find(ALERTS, alert);
    return {named != nullptr ? named->reason : TlsReason::protocol, 0, "TLS_ALERT",
            std::string("the peer sent the alert \"") + SSL_alert_desc_string_long(alert) + '"'};
}

} // namespace

std::string takeErrorText(const char* otherwise)
{
    const unsigned long error = ERR_peek_last_error();
    const char* const reason = error != 0 ? ERR_reason_error_string(error) : nullptr;
    ERR_clear_error();
    return reason != nullptr ? reason : otherwise;
}

std::string nameOf(const X509_NAME* name)
{
    const Owned<BIO> memory(BIO_new(BIO_s_mem()));
    char* text = nullptr;
    if (!memory || X509_NAME_print_ex(memory.get(), name, 0, XN_FLAG_RFC2253) < 0)
        return {};
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(std::max(size, 0L))};
}

/// A record of TLS begins with its kind, here an alert or a message of the handshake, and the version 3.
bool beginsAsTls(std::string_view first)
{
    const bool isKind = first.empty() || first[0] == SSL3_RT_ALERT || first[0] == SSL3_RT_HANDSHAKE;
    return isKind && (first.size() < 2 || first[1] == 3);
}

TlsFailure failureOf(const Evidence& evidence)
{
    const unsigned long error = ERR_peek_error();
    const int reason = ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0;
    const std::string text = takeErrorText("a violation of the protocol");
    if (evidence.verdict.error != X509_V_OK)
        return judge(evidence);
    if (!beginsAsTls(evidence.first))
        return {TlsReason::notTls, 0, "NOT_TLS", "not TLS: it begins with " + shown(evidence.first)};
    if (evidence.systemError != 0)
        return {TlsReason::closed, evidence.systemError, sockets::errorName(evidence.systemError),
                sockets::errorText(evidence.systemError)};
    if (reason > SSL_AD_REASON_OFFSET)
        return ofAlert(reason - SSL_AD_REASON_OFFSET);
    if (const Named* const named = find(REASONS, reason))
        return {named->reason, 0, named->code, text};
    if (evidence.hasEnded)
        return {TlsReason::closed, 0, "TLS_CLOSED", "the peer closed the connection"};
    return {TlsReason::protocol, 0, "TLS_PROTOCOL", text};
}

} // namespace proximux::openssl
