#include <proximux/config/FileContent.h>

#include <proximux/system/SystemError.h>

#include <Poco/Exception.h>
#include <Poco/FileStream.h>

namespace proximux
{

std::string contentOf(const std::string& path, std::size_t most, std::string& why)
{
    std::string text;
    try
    {
        Poco::FileInputStream file(path);
        char part[4096];
        while (text.size() <= most && (file.read(part, sizeof part), file.gcount() > 0))
            text.append(part, static_cast<std::size_t>(file.gcount()));
        if (text.size() > most)
            why = "the file is longer than " + std::to_string(most) + " bytes";
    }
    catch (const Poco::Exception& exception)
    {
        why = "cannot be read: " + systemerror::reason(exception);
    }
    return text;
}

} // namespace proximux
