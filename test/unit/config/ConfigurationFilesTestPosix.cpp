#include "unit/config/LoadingFixture.h"

#include <filesystem>

namespace proximux
{

class UnreadableFilesTest : public LoadingFixture
{
};

TEST(UnreadableFilesTest, saysWhyAFileCannotBeRead)
{
    const std::string memory = "/proc/self/mem"; // its first bytes cannot be read, by whomever
    if (!Poco::File(memory).exists())
        return;
    const std::string path = Poco::TemporaryFile::tempName() + ".ini";
    std::filesystem::create_symlink(memory, path);
    _files.push_back(path);
    ConfigurationLoader loader;
    loader.addFile(path);
    assertMistake(loader.load(), "--config " + path + ": cannot be read: Input/output error");
}

} // namespace proximux
