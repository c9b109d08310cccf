#include <proximux/protocol/mongodb/ReplyScanner.h>

#include <algorithm>

namespace proximux::mongodb
{

namespace
{

constexpr std::size_t MOST_NAME = 20; ///< longer than any that matters

} // namespace

void ReplyScanner::begin()
{
    _place = Place::body;
    _state = {};
    await(Step::size, LENGTH);
}

void ReplyScanner::feed(Bytes bytes)
{
    while (!bytes.empty() && _step != Step::unclear)
        bytes.remove_prefix(take(bytes));
}

/// Returns how many of these bytes it has looked at: at least one.
std::size_t ReplyScanner::take(Bytes bytes)
{
    std::size_t taken = 1;
    const char first = bytes.front();
    switch (_step)
    {
    case Step::type:
        beginElement(static_cast<unsigned char>(first));
        break;
    case Step::name:
        if (first == '\0')
            named();
        else if (_name.size() < MOST_NAME)
            _name.push_back(first);
        break;
    case Step::text:
        _rest -= first == '\0' ? 1 : 0;
        if (_rest == 0)
            _step = Step::type;
        break;
    case Step::skip:
        taken = std::min(_rest, bytes.size());
        _rest -= taken;
        if (_rest == 0)
            _step = Step::type;
        break;
    case Step::size:
    case Step::length:
    case Step::value:
        taken = std::min(_rest, bytes.size());
        collect(bytes.substr(0, taken));
        break;
    case Step::done: // nothing may follow
    case Step::unclear:
        _step = Step::unclear;
        break;
    }
    return taken;
}

void ReplyScanner::await(Step step, std::size_t bytes)
{
    _step = step;
    _rest = bytes;
    _field.clear();
}

void ReplyScanner::collect(Bytes bytes)
{
    _field.append(bytes);
    _rest -= bytes.size();
    if (_rest > 0)
        return;
    if (_step == Step::size)
        _step = numberAt(_field, 0) < LEAST_DOCUMENT ? Step::unclear : Step::type;
    else if (_step == Step::length)
        measured();
    else
        valued();
}

void ReplyScanner::beginElement(unsigned char type)
{
    if (type == 0)
    {
        _step = _place == Place::body ? Step::done : Step::type;
        _place = Place::body;
        return;
    }
    _type = type;
    _name.clear();
    _step = Step::name;
}

void ReplyScanner::named()
{
    const auto size = fixedSize(_type);
    if (_place == Place::cursor)
    {
        _state.isFirst = _state.isFirst || _name == "firstBatch";
        _state.isNext = _state.isNext || _name == "nextBatch";
    }
    if (_type == type::REGEX)
        await(Step::text, 2);
    else if (!size)
        await(Step::length, LENGTH);
    else if (*size > 0)
        await(Step::value, *size);
    else
        _step = Step::type;
}

/// The length of a value is known.
void ReplyScanner::measured()
{
    const auto size = sizeByLength(_type, numberAt(_field, 0));
    if (!size)
        _step = Step::unclear;
    else if (descends())
        _step = Step::type;
    else
        await(Step::skip, *size - LENGTH);
}

/// Whether what is in this value matters.
bool ReplyScanner::descends()
{
    if (_place != Place::body)
        return false;
    if (_type == type::DOCUMENT && _name == "cursor")
        _place = Place::cursor;
    else if (_type == type::ARRAY && _name == "cursorsKilled")
        _place = Place::killed;
    return _place != Place::body;
}

void ReplyScanner::valued()
{
    _step = Step::type;
    if (_place == Place::killed)
        ++_state.killed;
    else if (_place == Place::cursor && _name == "id")
        _state.isOpen = isTrue(_type, _field);
    else if (_place == Place::body && _name == "ok")
        _state.isOk = isTrue(_type, _field);
    else if (_place == Place::body && _name == "code" && _type == type::INT32)
        _state.code = numberAt(_field, 0);
}

} // namespace proximux::mongodb
