#pragma once

#include <proximux/Log.h>

#include <Poco/ErrorHandler.h>

namespace proximux
{

/// Logs exceptions that end one of Poco's threads; Poco's own handler only notifies a debugger. Installed during its
/// lifetime.
class ThreadErrorHandler : public Poco::ErrorHandler
{
public:
    ThreadErrorHandler()
        : _previous(Poco::ErrorHandler::set(this))
    {
    }

    ~ThreadErrorHandler() override { Poco::ErrorHandler::set(_previous); }

    ThreadErrorHandler(const ThreadErrorHandler&) = delete;
    ThreadErrorHandler& operator=(const ThreadErrorHandler&) = delete;

    void exception(const Poco::Exception& exception) override { log(exception.displayText()); }
    void exception(const std::exception& exception) override { log(exception.what()); }
    void exception() override { log("an exception of unknown type"); }

private:
    void log(const std::string& what) const { _log.failure(LogScope::server, "ThreadError", what); }

    Poco::ErrorHandler* _previous;
    const Log _log{true};
};

} // namespace proximux
