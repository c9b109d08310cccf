#include "fuzz/Fuzz.h"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

using namespace proximux;

namespace
{

/// As it is, and each of its beginnings.
void run(const fuzz::Target& target, const std::string& input)
{
    for (std::size_t n = 0; n <= input.size(); ++n)
        target.run(target.name, Bytes(input).substr(0, n));
}

} // namespace

/// Runs the seeds of each fuzz target without libFuzzer: proximux-fuzz FOLDER, which has a folder for each target.
/// Ends in the midst where something does not hold; the last line then names the seed.
int main(int argc, char** argv)
{
    if (argc != 2)
    {
        std::cerr << "expected: proximux-fuzz FOLDER, which has a folder of seeds for each fuzz target\n";
        return 64;
    }
    std::size_t passed = 0;
    std::size_t failed = 0;
    for (const fuzz::Target& target : fuzz::targets())
    {
        const std::filesystem::path folder = std::filesystem::path(argv[1]) / std::string(target.name);
        std::error_code error;
        std::size_t seeds = 0;
        for (const auto& entry : std::filesystem::directory_iterator(folder, error))
        {
            std::cout << entry.path().string() << std::endl;
            std::ifstream file(entry.path(), std::ios::binary);
            run(target, std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()));
            ++seeds;
        }
        if (seeds == 0)
        {
            std::cout << folder.string() << ": no seeds" << std::endl;
            ++failed;
        }
        passed += seeds;
    }
    std::cout << passed << " passed, " << failed << " failed" << std::endl;
    return failed == 0 ? 0 : 1;
}
