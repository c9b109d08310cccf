#include <app/Script.h>

namespace proximux
{

std::unique_ptr<Script> Script::load(const ScriptSettings& settings, ScriptOutside&)
{
    throw ScriptMistake("script.file = " + settings.file + ": this program was built without Lua; expected no script");
}

} // namespace proximux
