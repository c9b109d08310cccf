#include "support/Test.h"

#include <app/Reloader.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>

namespace proximux
{

class ReloaderTest : public CppUnit::TestCase
{
protected:
    /// A reload that waits until it may end.
    ReloadResult reload()
    {
        std::unique_lock<std::mutex> lock(_mutex);
        ++_begun;
        _changed.notify_all();
        _changed.wait_for(lock, PATIENCE, [this] { return _mayEnd >= _begun; });
        return {{}, {std::to_string(_begun)}, 0};
    }

    void letEnd(int reloads)
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        _mayEnd = reloads;
        _changed.notify_all();
    }

    template <class Condition>
    bool await(const Condition& condition)
    {
        std::unique_lock<std::mutex> lock(_mutex);
        return _changed.wait_for(lock, PATIENCE, condition);
    }

    void told(const ReloadResult& result)
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        _told += result.changed.front() + " ";
        _changed.notify_all();
    }

    static constexpr std::chrono::seconds PATIENCE{60};

    std::mutex _mutex;
    std::condition_variable _changed;
    int _begun = 0;
    int _mayEnd = 0;
    std::string _told;
};

TEST(ReloaderTest, whatIsAskedForMeanwhileBecomesOneMore)
{
    Reloader reloader([this] { return reload(); });
    const auto done = [this](const ReloadResult& result) { told(result); };
    reloader.ask(done);
    CPPUNIT_ASSERT(await([this] { return _begun == 1; }));
    reloader.ask(done);
    reloader.ask(done);
    letEnd(2);
    CPPUNIT_ASSERT(await([this] { return _told == "1 2 2 "; }));
    CPPUNIT_ASSERT_EQUAL(2, _begun);
}

TEST(ReloaderTest, itsEndWaitsForTheReloadThatIsUnderWay)
{
    {
        Reloader reloader([this] { return reload(); });
        reloader.ask([this](const ReloadResult& result) { told(result); });
        CPPUNIT_ASSERT(await([this] { return _begun == 1; }));
        letEnd(1);
    }
    CPPUNIT_ASSERT_EQUAL(std::string("1 "), _told);
}

} // namespace proximux
