#include <app/Terminal.h>

#include <app/StandardStream.h>

namespace proximux
{

std::string Terminal::draw(const std::string& text)
{
    return StandardStream(StandardStream::Which::output).write(text);
}

} // namespace proximux
