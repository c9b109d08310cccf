#include <proximux/protocol/mysql/Statements.h>

#include <utility>

namespace proximux::mysql
{

void Statements::add(std::uint32_t id, Statement statement)
{
    remove(id);
    if (_statements.size() >= MOST)
        return;
    if (statement.text.size() > _limit - _textSize)
        statement.text = std::string(); // clear() would keep its memory
    _textSize += statement.text.size();
    _statements.emplace(id, std::move(statement));
}

void Statements::remove(std::uint32_t id)
{
    const auto found = _statements.find(id);
    if (found == _statements.end())
        return;
    _textSize -= found->second.text.size();
    _statements.erase(found);
}

void Statements::clear()
{
    _statements.clear();
    _last = {};
    _textSize = 0;
}

const Statement* Statements::find(std::uint32_t id) const
{
    if (id == LAST)
        return &_last;
    const auto found = _statements.find(id);
    return found == _statements.end() ? nullptr : &found->second;
}

} // namespace proximux::mysql
