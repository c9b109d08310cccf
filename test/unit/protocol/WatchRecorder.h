#pragma once

#include <proximux/protocol/watch/Watcher.h>

#include <string>
#include <vector>

namespace proximux
{

/// Writes down what a watcher tells.
///
///     > TEXT (secret) (unanswered)        a request
///     < TEXT (failed)                     its response
///     ! REASON                            the watch was lost
class WatchRecorder : public WatchListener
{
public:
    void requestSeen(const WatchedRequest& request) override;
    void responseSeen(const WatchedResponse& response) override;
    void watchLost(const char* reason) override;

    /// One line for each call.
    std::vector<std::string> lines;

    /// The same with every number and every byte.
    std::vector<std::string> details;

    std::vector<std::string> requestBytes;
    std::vector<std::uint64_t> requestSizes; ///< as requestSeen() said them
    std::vector<WatchedResponse> responses;  ///< their text is not valid any more
};

/// The lines, one a row, for a comparison that shows the difference.
std::string joined(const std::vector<std::string>& lines);

} // namespace proximux
