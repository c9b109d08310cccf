#include "fuzz/Fuzz.h"

/// libFuzzer's way in, compiled once for each target, with its name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto* const target = proximux::fuzz::findTarget(PROXIMUX_FUZZ_TARGET);
    target->run(target->name, proximux::Bytes(reinterpret_cast<const char*>(data), size));
    return 0;
}
