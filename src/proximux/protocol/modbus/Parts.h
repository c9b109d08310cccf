#pragma once

#include <cstddef>
#include <string>

namespace proximux::modbus
{

// A part of a target is a function of a unit: a unit that ignores one function may answer all others, which must not be
// refused with it.

constexpr unsigned FUNCTIONS = 128;
constexpr std::size_t PARTS = std::size_t{256} * FUNCTIONS;

constexpr unsigned partOf(unsigned unit, unsigned function)
{
    return 1 + unit * FUNCTIONS + function % FUNCTIONS;
}

inline std::string nameOf(unsigned part)
{
    return "unit " + std::to_string((part - 1) / FUNCTIONS) + ", function " + std::to_string((part - 1) % FUNCTIONS);
}

} // namespace proximux::modbus
