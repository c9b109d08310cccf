#include <proximux/config/ServiceLayers.h>

#include <proximux/config/Settings.h>
#include <proximux/system/SystemError.h>

#include <Poco/DirectoryIterator.h>
#include <Poco/Exception.h>
#include <Poco/File.h>
#include <Poco/Path.h>
#include <Poco/String.h>

#include <algorithm>
#include <utility>

namespace proximux
{

namespace
{

constexpr const char* EXPECTED_NAME = "; expected 1 to 64 of a-z, 0-9, - and _";

bool isJson(const std::string& path)
{
    return Poco::toLower(Poco::Path(path).getExtension()) == "json";
}

bool isServiceFile(const Poco::File& file)
{
    const Poco::Path path(file.path());
    const std::string extension = Poco::toLower(path.getExtension());
    return path.getFileName().front() != '.' && (extension == "ini" || extension == "json");
}

/// The files of services in a folder, by name. Throws Poco::Exception.
std::vector<std::string> filesOf(const std::string& folder)
{
    std::vector<std::string> files;
    for (Poco::DirectoryIterator each(folder); each != Poco::DirectoryIterator(); ++each)
        if (isServiceFile(*each))
            files.push_back(each->path());
    std::sort(files.begin(), files.end());
    return files;
}

/// Whose mistakes are those of a file.
std::string labelOf(const std::string& name, const std::string& path)
{
    const std::string file = Poco::Path(path).getFileName();
    return Poco::Path(path).getBaseName() == name ? file : "service " + name + ", " + file;
}

/// A mistake of the syntax has the name of its file before or behind the place.
std::string withoutFile(std::string mistake, const std::string& file)
{
    const std::string behind = " (" + file + ")";
    if (const std::size_t at = mistake.find(behind); at != std::string::npos)
        return mistake.erase(at, behind.size());
    for (const std::string& before : {file + ": ", file + ", "})
        if (mistake.compare(0, before.size(), before) == 0)
            return mistake.substr(before.size());
    return mistake;
}

} // namespace

std::optional<FoundValue> findValue(const FileContent::Value& value, Layer layer, const std::string& origin,
                                    std::vector<std::string>& mistakes)
{
    FoundValue found;
    found.setting = findSetting(value.key, found.number);
    if (found.setting == nullptr)
    {
        mistakes.push_back(value.key + " (" + origin + "): " + unknownText(value.key));
        return std::nullopt;
    }
    if (value.text.empty() && !found.setting->guard)
        return std::nullopt; // an empty value counts as absent
    found.text = value.text;
    found.layer = layer;
    found.origin = origin;
    return found;
}

bool isServiceName(const std::string& name)
{
    constexpr std::size_t MOST = 64;
    return !name.empty() && name.size() <= MOST &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
}

void ServiceLayers::addFile(const std::string& name, const std::string& path, const std::string& option)
{
    _areUsed = true;
    if (!isServiceName(name))
        return _mistakes.push_back(option + " " + path + ": the service has no valid name" + EXPECTED_NAME);
    const std::string extension = Poco::toLower(Poco::Path(path).getExtension());
    if (extension != "ini" && extension != "json")
        return _mistakes.push_back(option + " " + name + "=" + path +
                                   ": unknown file type; expected a name ending in .ini or .json");
    const FileContent content = isJson(path) ? readJsonFile(path, option) : readIniFile(path, option);
    add({name, labelOf(name, path), Poco::Path(path).getFileName(), {}, {}, true}, content,
        isJson(path) ? Layer::json : Layer::ini);
}

void ServiceLayers::addFolder(const std::string& path)
{
    _areUsed = true;
    try
    {
        const std::vector<std::string> files = filesOf(path);
        if (files.empty())
            _mistakes.push_back("--services " + path + ": no service there; expected files ending in .ini or .json");
        for (const std::string& file : files)
            addFile(Poco::Path(file).getBaseName(), file, "--services");
    }
    catch (const Poco::Exception& exception)
    {
        _mistakes.push_back("--services " + path + ": cannot be read: " + systemerror::reason(exception));
    }
}

void ServiceLayers::addSystemFolder(const std::string& path)
{
    try
    {
        if (!Poco::File(path).exists() || filesOf(path).empty())
            return;
    }
    catch (const Poco::Exception& exception)
    {
        return _mistakes.push_back(path + ": cannot be read: " + systemerror::reason(exception));
    }
    addFolder(path);
}

void ServiceLayers::addMember(const ServiceContent& service, const std::string& file)
{
    _areUsed = true;
    const std::string label = "services." + service.name;
    if (!isServiceName(service.name))
        return _mistakes.push_back(label + " (" + file + "): the service has no valid name" + EXPECTED_NAME);
    add({service.name, file + ": " + label, file, {}, {}, true}, service.content, Layer::json);
}

/// Keeps what concerns a service; the rest is a mistake.
void ServiceLayers::add(ServiceLayer layer, const FileContent& content, Layer kind)
{
    const auto same =
        std::find_if(_all.begin(), _all.end(), [&layer](const ServiceLayer& each) { return each.name == layer.name; });
    if (same != _all.end())
        _mistakes.push_back("service " + layer.name + ": given twice, by " + same->label + " and by " + layer.label);
    layer.isRead = content.isRead;
    layer.mistakes = content.mistakes;
    for (const ServiceContent& each : content.services)
        layer.mistakes.push_back("services." + each.name + ": a service has no services; expected it in the main file");
    for (const FileContent::Value& value : content.values)
    {
        auto found = findValue(value, kind, layer.origin, layer.mistakes);
        if (found && found->setting->isOfProcess())
            layer.mistakes.push_back(value.key + ": concerns the whole process; expected it in the main file "
                                                 "(--config)");
        else if (found)
            layer.found.push_back(std::move(*found));
    }
    for (std::string& mistake : layer.mistakes)
        mistake = withoutFile(std::move(mistake), layer.origin);
    _all.push_back(std::move(layer));
}

} // namespace proximux
