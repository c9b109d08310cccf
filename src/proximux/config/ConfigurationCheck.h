#pragma once

#include <proximux/ConfigurationLoader.h>
#include <proximux/config/Settings.h>
#include <proximux/protocol/Registry.h>

#include <string>
#include <vector>

namespace proximux
{

/// Builds a Configuration from the values of all layers and validates it. Used once, by ConfigurationLoader::load().
class ConfigurationCheck
{
public:
    /// Whose settings these are: only those of the process can be given by other means than a file, too.
    enum class Of
    {
        process,
        serviceFile
    };

    /// complete: whether all layers could be read. If not, nothing is reported as missing.
    ConfigurationCheck(const std::vector<FoundValue>& found, std::vector<std::string> mistakes, bool complete,
                       Of whose = Of::process);

    [[nodiscard]] LoadResult result() const;

private:
    using Values = std::vector<const FoundValue*>;

    void checkEach(const std::vector<FoundValue>& found);
    void choose(const std::vector<FoundValue>& found);
    void checkPassed(const FoundValue& lower);
    void chooseAddress();
    void drop(const std::string& key);
    void checkTargetPaths();
    void checkLocal();
    void chooseTargets(const std::vector<FoundValue>& found);
    void storeAll();
    void checkRequired();
    void checkCount();
    void chooseMode();
    void checkProtocol();
    void checkNamed(const RequiredSetting& required);
    void checkTranslation(const ProtocolInfo& protocol);
    void checkUsers(const ProtocolInfo& protocol, const char* key, bool hasValue);
    void checkPrologue(const ProtocolInfo& protocol);
    void checkCredentials(const ProtocolInfo& protocol);
    void checkOwnLogin(const TargetSettings& target, const std::string& key);
    void checkSharing();
    void checkTls();
    void checkTlsEffect(const FoundValue& value);
    void checkLocalTls(const LocalTls& tls);
    void checkTlsStarts();
    void checkTargetTls(const TargetTls& tls, std::size_t number);
    void checkAdmin();
    void checkHealthChecks();
    void checkProxyHeaders();
    void checkTargetHeader(std::size_t number);
    void checkCheckRequest();
    [[nodiscard]] std::size_t targetConnections() const;
    void checkRelations();
    void missing(const Setting& setting, std::size_t number);
    [[nodiscard]] std::string givenBy(const Setting& setting, std::size_t number) const;
    [[nodiscard]] const FoundValue* inForce(const std::string& key, std::size_t number = 0) const;
    [[nodiscard]] const FoundValue* pathInForce(const std::string& key, std::size_t number = 0) const;
    [[nodiscard]] bool hasPath(const Setting& setting, std::size_t number) const;
    [[nodiscard]] std::string nameOf(const std::string& key, std::size_t target = 0) const;

    const Of _whose;
    Values _inForce; ///< one value per key
    Layer _targetLayer = Layer::fallback;
    std::size_t _targetCount = 0;
    bool _hasOriginalNames = false; ///< a variable of the Node package is set
    Configuration _configuration;
    std::vector<std::string> _mistakes;
    std::vector<std::string> _notices;
};

} // namespace proximux
