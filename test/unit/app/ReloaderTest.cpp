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

    /// A reloader of which all is a reload.
    Reloader::Work work(Duration interval = Duration::off())
    {
        return {[this] { return reload(); }, [this] { return reloadCertificates(); }, [this] { return look(); },
                [interval] { return interval; }};
    }

    ReloadResult reloadCertificates()
    {
        told({{}, {"certificates"}, 0});
        return {{}, {"done"}, 0};
    }

    /// Every second look finds a change.
    bool look()
    {
        const std::lock_guard<std::mutex> lock(_mutex);
        _changed.notify_all();
        return ++_looks % 2 == 0;
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
    int _looks = 0;
    std::string _told;
};

TEST(ReloaderTest, whatIsAskedForMeanwhileBecomesOneMore)
{
    Reloader reloader(work());
    const auto done = [this](const ReloadResult& result) { told(result); };
    reloader.ask(Reloader::What::all, done);
    CPPUNIT_ASSERT(await([this] { return _begun == 1; }));
    reloader.ask(Reloader::What::all, done);
    reloader.ask(Reloader::What::all, done);
    letEnd(2);
    CPPUNIT_ASSERT(await([this] { return _told == "1 2 2 "; }));
    CPPUNIT_ASSERT_EQUAL(2, _begun);
}

TEST(ReloaderTest, itsEndWaitsForTheReloadThatIsUnderWay)
{
    {
        Reloader reloader(work());
        reloader.ask(Reloader::What::all, [this](const ReloadResult& result) { told(result); });
        CPPUNIT_ASSERT(await([this] { return _begun == 1; }));
        letEnd(1);
    }
    CPPUNIT_ASSERT_EQUAL(std::string("1 "), _told);
}

TEST(ReloaderTest, certificatesAloneAreRead)
{
    Reloader reloader(work());
    reloader.ask(Reloader::What::certificates, [this](const ReloadResult& result) { told(result); });
    CPPUNIT_ASSERT(await([this] { return _told == "certificates done "; }));
    CPPUNIT_ASSERT_EQUAL(0, _begun);
    CPPUNIT_ASSERT_EQUAL(0, _looks);
}

TEST(ReloaderTest, itLooksAtIntervalsAndReadsWhatHasChanged)
{
    const Reloader reloader(work(Duration::milliseconds(1)));
    CPPUNIT_ASSERT(await([this] { return _looks >= 5; }));
    const std::lock_guard<std::mutex> lock(_mutex);
    CPPUNIT_ASSERT_EQUAL(std::string("certificates certificates "), _told.substr(0, 26));
    CPPUNIT_ASSERT_EQUAL(0, _begun);
}

} // namespace proximux
