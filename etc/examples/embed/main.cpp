#include <proximux/ConfigurationLoader.h>
#include <proximux/Proxy.h>
#include <Poco/ConsoleChannel.h>
#include <Poco/Delegate.h>
#include <Poco/Logger.h>
#include <iostream>

void guard(proximux::ConnectedArgs& args)
{
    if (args.client.address == "192.0.2.7") args.reject("blocked");
}

int main(int count, char** arguments)
{
    Poco::Logger::root().setChannel(new Poco::ConsoleChannel); // without a channel nothing is logged
    proximux::ConfigurationLoader loader;
    if (count > 1) loader.addFile(arguments[1]);
    loader.addEnvironment();
    const proximux::LoadResult loaded = loader.load();
    for (const std::string& mistake : loaded.mistakes) std::cerr << mistake << '\n';
    if (!loaded.configuration) return 78;
    proximux::Proxy proxy(loaded.configuration);
    proxy.events().connected += Poco::delegate(&guard);
    proxy.start(); // serves in its own threads
    proxy.wait();  // until drain() or stop() has ended it
}
