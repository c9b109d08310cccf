#include <proximux/protocol/mysql/MysqlStatements.h>

#include <utility>

namespace proximux
{

void MysqlStatements::add(std::uint32_t id, MysqlStatement statement)
{
    remove(id);
    if (_statements.size() >= MOST)
        return;
    if (statement.text.size() > _limit - _textSize)
        statement.text = std::string(); // clear() would keep its memory
    _textSize += statement.text.size();
    _statements.emplace(id, std::move(statement));
}

void MysqlStatements::remove(std::uint32_t id)
{
    const auto found = _statements.find(id);
    if (found == _statements.end())
        return;
    _textSize -= found->second.text.size();
    _statements.erase(found);
}

void MysqlStatements::clear()
{
    _statements.clear();
    _last = {};
    _textSize = 0;
}

const MysqlStatement* MysqlStatements::find(std::uint32_t id) const
{
    if (id == LAST)
        return &_last;
    const auto found = _statements.find(id);
    return found == _statements.end() ? nullptr : &found->second;
}

} // namespace proximux
