#pragma once

#include <functional>
#include <utility>
#include <vector>

namespace proximux
{

/// Calls that wait for something: all are made when that has come, each once.
class CallList
{
public:
    using Call = std::function<void()>;

    void add(Call call) { _calls.push_back(std::move(call)); }

    void callAll()
    {
        for (const Call& call : std::exchange(_calls, {}))
            call();
    }

private:
    std::vector<Call> _calls;
};

} // namespace proximux
