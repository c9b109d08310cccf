// What most files of POCO include: compiled once for all of them.
#include <Poco/Foundation.h>
#include <Poco/UnWindows.h>

#include <Poco/Exception.h>
#include <Poco/Mutex.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <istream>
#include <map>
#include <memory>
#include <ostream>
#include <set>
#include <sstream>
#include <string>
#include <vector>
