#include "WatchRecorder.h"

namespace proximux
{

void WatchRecorder::requestSeen(const WatchedRequest& request)
{
    std::string line = "> " + std::string(request.text);
    line += request.secret ? " (secret)" : "";
    line += request.answered ? "" : " (unanswered)";
    lines.push_back(line);
    details.push_back(line + " " + std::to_string(request.size) + " " + std::string(request.bytes));
    requestBytes.emplace_back(request.bytes);
    requestSizes.push_back(request.size);
}

void WatchRecorder::responseSeen(const WatchedResponse& response)
{
    std::string line = "< " + std::string(response.text);
    line += response.failed ? " (failed)" : "";
    lines.push_back(line);
    for (const std::uint64_t n :
         {std::uint64_t{response.requests}, response.requestSize, response.responseSize,
          static_cast<std::uint64_t>(response.firstByte.us), static_cast<std::uint64_t>(response.whole.us)})
        line += " " + std::to_string(n);
    details.push_back(line);
    responses.push_back(response);
}

void WatchRecorder::watchLost(const char* reason)
{
    lines.push_back(std::string("! ") + reason);
    details.push_back(lines.back());
}

std::string joined(const std::vector<std::string>& lines)
{
    std::string text;
    for (const std::string& line : lines)
        text += line + "\n";
    return text;
}

} // namespace proximux
