#pragma once

#include <proximux/Configuration.h>

#include <memory>
#include <string>
#include <vector>

namespace proximux
{

/// Looks whether files of TLS have changed since they were read. Used in one thread.
class TlsWatch
{
public:
    /// Whether they are to be read again: once for each change, however that ends. configurations: in force, of each
    /// service. areGood: the last time they could be used.
    bool haveChanged(const std::vector<std::shared_ptr<const Configuration>>& configurations, bool areGood);

private:
    std::string _seen; ///< stamps of what was last read, or refused
};

} // namespace proximux
