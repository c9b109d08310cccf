#pragma once

#include <Poco/TemporaryFile.h>

#include <string>

namespace proximux
{

/// The certificate of a demonstration, with its key, in a file of a folder of its own that nobody but this user may
/// look into. Both go with it.
class DemonstrationCertificate
{
public:
    /// Of whom it is. It is for the other addresses of this machine's loopback, too.
    static constexpr const char* NAME = "127.0.0.1";

    /// Makes it. Throws Poco::FileException if the system refuses.
    DemonstrationCertificate();

    [[nodiscard]] std::string path() const;

private:
    Poco::TemporaryFile _folder; ///< removed with what is in it
};

} // namespace proximux
