// ConfigurationCheck: TLS.

#include <proximux/config/ConfigurationCheck.h>

#include <proximux/config/TlsFiles.h>

#include <string>

namespace proximux
{

namespace
{

/// Whether this key is one of TLS, but for that which switches it on.
bool refinesTls(const std::string& key)
{
    return key.find(".tls_") != std::string::npos;
}

} // namespace

void ConfigurationCheck::checkTls()
{
    for (const FoundValue* value : _inForce)
        if (refinesTls(value->setting->key) && value->text != value->setting->fallback)
            checkTlsEffect(*value);
    if (_configuration.local.tls.isOn())
        checkLocalTls(_configuration.local.tls);
    for (std::size_t i = 0; i < _configuration.targets.size(); ++i)
        checkTargetTls(_configuration.targets[i].tls, i + 1);
    checkTlsStarts();
    for (const TlsMistake& mistake : readTlsFiles(_configuration))
        _mistakes.push_back(nameOf(mistake.setting(), mistake.number) + ": " + mistake.text);
}

/// A setting without an effect would give a false sense of security.
void ConfigurationCheck::checkTlsEffect(const FoundValue& value)
{
    const std::string key = numberedKey(*value.setting, value.number);
    const std::string use = key.substr(0, key.find(".tls_")) + ".tls";
    const bool isOn = value.setting->isOfTarget() ? _configuration.targets[value.number - 1].tls.isOn()
                                                  : _configuration.local.tls.isOn();
    const std::string name = nameOf(value.setting->key, value.number);
    if (!tls::isBuiltIn())
        _mistakes.push_back(name + ": this program was built without TLS; expected no value");
    else if (!isOn)
        _mistakes.push_back(name + ": has no effect without " + use + "; expected " + use + " = on, or no value");
}

void ConfigurationCheck::checkLocalTls(const LocalTls& tls)
{
    using Clients = LocalTls::Clients;
    if (tls.certificates.empty() && tls::isBuiltIn())
        _mistakes.push_back(nameOf("local.tls") + ": needs a certificate; expected local.tls_certificate, or off");
    if (!tls.keys.empty() && tls.keys.size() != tls.certificates.size())
        _mistakes.push_back(nameOf("local.tls_key") + ": there are " + std::to_string(tls.certificates.size()) +
                            " certificates; expected as many keys, in the same order, or no value");
    if (tls.clients != Clients::none && tls.clientCa.empty())
        _mistakes.push_back(nameOf("local.tls_client") +
                            ": needs those whose signatures are trusted; expected local.tls_client_ca, or none");
    if (tls.clients == Clients::none && (!tls.clientCa.empty() || !tls.clientCrl.empty() || !tls.clientNames.empty()))
        _mistakes.push_back(nameOf("local.tls_client") + ": local.tls_client_ca, local.tls_client_crl and "
                                                         "local.tls_client_names have no effect with it; expected "
                                                         "optional or required, or none of them");
}

/// TLS can begin inside of some protocols alone.
void ConfigurationCheck::checkTlsStarts()
{
    const TlsStarts& starts = findProtocol(_configuration.exchange.protocol)->tlsStarts;
    const auto know = [](const ProtocolInfo& info) { return info.tlsStarts.areThere(); };
    const bool isLocal = _configuration.local.tls.startsInside();
    const bool isPaired = _configuration.exchange.mode == Mode::proxy;
    const auto check = [&](const std::string& name, bool startsInside)
    {
        if (startsInside && !starts.areThere())
            _mistakes.push_back(name + ": " + _configuration.exchange.protocol + " has no request for TLS; expected " +
                                "off, on, or exchange.protocol = " + namesOfProtocols(know, " or "));
    };
    check(nameOf("local.tls"), isLocal);
    for (std::size_t i = 0; i < _configuration.targets.size(); ++i)
    {
        const bool isTarget = _configuration.targets[i].tls.startsInside();
        check(nameOf("target.N.tls", i + 1), isTarget);
        if (isLocal && !isTarget && isPaired && starts.areThere() && starts.isGreeted)
            _mistakes.push_back(nameOf("local.tls") + ": passwords would not be protected behind it; expected target." +
                                std::to_string(i + 1) + ".tls = starttls, or local.tls = off");
    }
}

void ConfigurationCheck::checkTargetTls(const TargetTls& tls, std::size_t number)
{
    if (!tls.key.empty() && tls.certificate.empty())
        _mistakes.push_back(nameOf("target.N.tls_key", number) +
                            ": has no effect without a certificate; expected tls_certificate, or no value");
    if (tls.verify == TargetTls::Verify::none && (!tls.ca.empty() || !tls.crl.empty()))
        _mistakes.push_back(nameOf("target.N.tls_verify", number) +
                            ": tls_ca and tls_crl have no effect with it; expected full or chain, or neither of them");
}

} // namespace proximux
