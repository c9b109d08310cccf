#include <proximux/protocol/mysql/Pending.h>

#include <utility>

namespace proximux::mysql
{

void Pending::report(WatchListener& listener, Instant end, bool failed) const
{
    const Instant begin = responseSize > 0 ? first : end;
    listener.responseSeen({1, requestSize, responseSize, description.text, begin - requested, end - requested, failed});
}

void PendingList::push(Pending pending)
{
    std::string& text = pending.description.text;
    if (text.size() > _limit - _textSize)
        text = text.substr(0, _limit - _textSize); // resize() would keep its memory
    _textSize += text.size();
    _list.push_back(std::move(pending));
}

Pending PendingList::pop()
{
    Pending pending = std::move(_list.front());
    _list.pop_front();
    _textSize -= pending.description.text.size();
    return pending;
}

void PendingList::clear()
{
    _list.clear();
    _textSize = 0;
}

} // namespace proximux::mysql
