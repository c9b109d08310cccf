#pragma once

#include <proximux/ConfigurationLoader.h>
#include <proximux/config/FileLayers.h>

#include <optional>
#include <string>
#include <vector>

namespace proximux
{

/// The value that a layer has for a key. Nothing: it has none, or the key is unknown, which is added to the mistakes.
std::optional<FoundValue> findValue(const FileContent::Value& value, Layer layer, const std::string& origin,
                                    std::vector<std::string>& mistakes);

/// Whether a service may be called so: [a-z0-9_-]{1,64}.
bool isServiceName(const std::string& name);

/// What the file of one service says, or the main file for it.
struct ServiceLayer
{
    std::string name;
    std::string label;  ///< whose mistakes these are: "plc1.ini"
    std::string origin; ///< of its values: the name of the file
    std::vector<FoundValue> found;
    std::vector<std::string> mistakes; ///< without the label
    bool isRead = true;
};

/// Collects the services of a process, in the order in which they are given; those of a folder by name.
class ServiceLayers
{
public:
    /// An INI or JSON file. option: by which it was given, for mistakes.
    void addFile(const std::string& name, const std::string& path, const std::string& option);

    /// Each INI or JSON file of a folder is a service, which has its name. Hidden files and others are none.
    void addFolder(const std::string& path);

    /// As addFolder(), if there is such a folder with such a file.
    void addSystemFolder(const std::string& path);

    /// A member of "services" in the JSON file with this name.
    void addMember(const ServiceContent& service, const std::string& file);

    /// Whether services were given, even if there is none.
    [[nodiscard]] bool areUsed() const { return _areUsed; }
    [[nodiscard]] const std::vector<ServiceLayer>& all() const { return _all; }

    /// What is wrong with names and folders.
    [[nodiscard]] const std::vector<std::string>& mistakes() const { return _mistakes; }

private:
    void add(ServiceLayer layer, const FileContent& content, Layer kind);

    std::vector<ServiceLayer> _all;
    std::vector<std::string> _mistakes;
    bool _areUsed = false;
};

} // namespace proximux
