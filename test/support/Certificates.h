#pragma once

#include <proximux/config/TlsFiles.h>

#include <Poco/FileStream.h>
#include <Poco/TemporaryFile.h>

#include <string>

namespace proximux
{

/// A certificate that has signed itself, with its key, in a file that goes with it.
class CertificateFile
{
public:
    /// As tls::makeCertificate().
    explicit CertificateFile(const std::string& commonName, const std::string& names = "", int days = 1)
    {
        Poco::FileOutputStream(_file.path()) << tls::makeCertificate(commonName, names, days);
    }

    [[nodiscard]] std::string path() const { return _file.path(); }

private:
    Poco::TemporaryFile _file;
};

} // namespace proximux
