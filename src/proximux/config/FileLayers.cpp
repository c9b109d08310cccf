#include <proximux/config/FileLayers.h>

#include <proximux/config/JsonReader.h>
#include <proximux/system/SystemError.h>

#include <Poco/Exception.h>
#include <Poco/File.h>
#include <Poco/FileStream.h>
#include <Poco/Path.h>
#include <Poco/StreamCopier.h>
#include <Poco/String.h>

#include <optional>
#include <set>
#include <sstream>

namespace proximux
{

namespace
{

/// The bytes of a file. If it cannot be read, adds a mistake and returns nothing.
std::optional<std::string> readBytes(const std::string& path, const std::string& option, FileContent& content)
{
    const std::string name = option + " " + path + ": ";
    try
    {
        const Poco::File file(path);
        if (!file.exists())
        {
            content.refuse(name + "no such file");
            return std::nullopt;
        }
        if (!file.isFile()) // reading a directory would never end
        {
            content.refuse(name + "not a regular file");
            return std::nullopt;
        }
    }
    catch (const Poco::Exception& exception)
    {
        content.refuse(name + exception.displayText());
        return std::nullopt;
    }
    try
    {
        Poco::FileInputStream stream(path);
        stream.exceptions(std::ios::badbit);
        std::string bytes;
        Poco::StreamCopier::copyToString(stream, bytes);
        return bytes;
    }
    catch (const Poco::Exception& exception)
    {
        content.refuse(name + "cannot be read: " + systemerror::reason(exception));
        return std::nullopt;
    }
}

/// The file as text, without a byte order mark. If it cannot be read, adds a mistake and returns nothing.
std::optional<std::string> readFile(const std::string& path, const std::string& option, FileContent& content)
{
    auto text = readBytes(path, option, content);
    if (!text)
        return std::nullopt;
    if (text->compare(0, 2, "\xFF\xFE") == 0 || text->compare(0, 2, "\xFE\xFF") == 0)
    {
        content.refuse(option + " " + path + ": encoded as UTF-16; expected UTF-8");
        return std::nullopt;
    }
    if (text->compare(0, 3, "\xEF\xBB\xBF") == 0)
        text->erase(0, 3);
    return text;
}

class IniReader
{
public:
    IniReader(std::string name, FileContent& content)
        : _name(std::move(name))
        , _content(content)
    {
    }

    void read(const std::string& text)
    {
        std::istringstream lines(text);
        std::string line;
        while (std::getline(lines, line))
        {
            ++_number;
            readLine(Poco::trim(line));
        }
    }

private:
    void readLine(const std::string& line)
    {
        if (line.empty() || line.front() == ';')
            return;
        if (line.front() == '#')
            return mistake("'#' does not start a comment; expected ';'");
        if (line.front() == '[')
        {
            if (line.back() != ']' || line.size() < 3)
                return mistake("incomplete section name; expected [section]");
            _section = line.substr(1, line.size() - 2);
            return;
        }
        const std::size_t equals = line.find('=');
        if (equals == std::string::npos)
            return mistake("'" + line + "': expected key = value, [section] or a comment that starts with ';'");
        std::string key = Poco::trim(line.substr(0, equals));
        if (!_section.empty())
            key = _section + "." + key;
        if (!_seen.insert(key).second)
            return mistake(key + ": given twice");
        _content.values.push_back({key, Poco::trim(line.substr(equals + 1))});
    }

    void mistake(const std::string& what)
    {
        _content.mistakes.push_back(_name + ", line " + std::to_string(_number) + ": " + what);
    }

    std::string _name;
    FileContent& _content;
    std::string _section;
    std::set<std::string> _seen;
    int _number = 0;
};

} // namespace

FileContent readIniFile(const std::string& path, const std::string& option)
{
    FileContent content;
    if (const auto text = readFile(path, option, content))
        IniReader(Poco::Path(path).getFileName(), content).read(*text);
    return content;
}

FileContent readJsonFile(const std::string& path, const std::string& option)
{
    FileContent content;
    if (const auto text = readFile(path, option, content))
        JsonReader(Poco::Path(path).getFileName(), content).read(*text);
    return content;
}

} // namespace proximux
