#include "fuzz/Fuzz.h"
#include "support/Vectors.h"

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

/// Inputs made of vectors: all requests, all responses, each malformed message either way, and both sides in turn.
std::vector<std::string> inputsOf(const Vectors& vectors)
{
    constexpr std::size_t TURN = 127; // most bytes
    const std::string requests("\0\0", 2);
    const std::string responses("\1\0", 2);
    std::vector<std::string> inputs{requests, responses, std::string("\2\0", 2)};
    for (const Vector& each : vectors.all)
    {
        const bool fromClient = each.kind == "request" || each.kind == "refused";
        if (each.kind == "malformed")
            inputs.insert(inputs.end(), {requests + each.message, responses + each.message});
        if (!fromClient && each.kind != "answer" && each.kind != "stranger")
            continue;
        inputs[fromClient ? 0 : 1] += each.message;
        for (std::size_t at = 0; at < each.message.size(); at += TURN)
        {
            const std::string part = each.message.substr(at, TURN);
            inputs[2] += static_cast<char>(part.size() * 2 + (fromClient ? 0 : 1)) + part;
        }
    }
    return inputs;
}

} // namespace

/// Runs the seeds and the vectors of each fuzz target without libFuzzer: proximux-fuzz FOLDER, which has a folder of
/// seeds for each target that has any.
/// Ends in the midst where something does not hold; the last line then names the seed.
int main(int argc, char** argv)
{
    if (argc != 2)
    {
        std::cerr << "expected: proximux-fuzz FOLDER, which has a folder of seeds for each fuzz target\n";
        return 64;
    }
    const std::vector<Vectors> all = allVectors();
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
        for (const Vectors& vectors : all)
            if (vectors.protocol == target.name)
                for (const std::string& input : inputsOf(vectors))
                {
                    std::cout << target.name << ": vectors " << ++seeds << std::endl;
                    run(target, input);
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
