// Writes the files generated from the table of settings: etc/proximux.ini, and the table in README.md.

#include "support/Generated.h"

#include <exception>
#include <fstream>
#include <iostream>

int main()
try
{
    for (const proximux::Generated& each : proximux::generated())
    {
        std::ofstream(each.path, std::ios::binary) << each.text;
        std::cout << each.path << "\n";
    }
    return 0;
}
catch (const std::exception& exception)
{
    std::cerr << exception.what() << "\n";
    return 1;
}
