// Writes the files generated from the tables of settings and of metrics, the lists of options and the folders of
// protocols: etc/proximux.ini, docs/settings.md, docs/metrics.md, the sections of folders in docs/protocols.md, the man
// pages and the completions of shells.

#include "support/Generated.h"

#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>

int main()
try
{
    for (const proximux::Generated& each : proximux::generated())
    {
        std::filesystem::create_directories(std::filesystem::path(each.path).parent_path());
        std::ofstream file(each.path, std::ios::binary);
        if (!(file << each.text).flush())
            throw std::runtime_error("cannot write " + each.path);
        std::cout << each.path << "\n";
    }
    return 0;
}
catch (const std::exception& exception)
{
    std::cerr << exception.what() << "\n";
    return 1;
}
