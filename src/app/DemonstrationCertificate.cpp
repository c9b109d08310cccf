#include <app/DemonstrationCertificate.h>

#include <proximux/config/TlsFiles.h>

#include <Poco/Exception.h>
#include <Poco/FileStream.h>
#include <Poco/Path.h>

#include <filesystem>
#include <system_error>

namespace proximux
{

namespace
{

constexpr int DAYS = 30; ///< those that expire within 14 days are told of in the log

void restrict(const std::string& path, std::filesystem::perms permissions)
{
    std::error_code error;
    std::filesystem::permissions(path, permissions, error);
    if (error)
        throw Poco::FileException(path + ": " + error.message());
}

} // namespace

/// Nobody else may look into the folder before there is anything in it.
DemonstrationCertificate::DemonstrationCertificate()
{
    using Permissions = std::filesystem::perms;
    if (!_folder.createDirectory())
        throw Poco::FileExistsException(_folder.path());
    restrict(_folder.path(), Permissions::owner_all);
    Poco::FileOutputStream(path()) << tls::makeCertificate(NAME, "IP:127.0.0.1,IP:::1", DAYS);
    restrict(path(), Permissions::owner_read | Permissions::owner_write);
}

std::string DemonstrationCertificate::path() const
{
    return Poco::Path(Poco::Path::forDirectory(_folder.path()), "demonstration.pem").toString();
}

} // namespace proximux
