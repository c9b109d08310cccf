#include "simulation/Languages.h"

namespace proximux
{

using namespace std::string_literals;

const std::vector<Language>& languages()
{
    static const std::vector<Language> ALL = {
        {"raw", false, {"question", "more"}, {"answer", "more"}},
        {"line", false, {"question\n", "que"}, {"answer\n", "ans"}},
        {"length", true, {"\0\0\0\4aabb"s, "\0\0\0\6bbccdd"s, "\0\0\0\40"s}, {"\0\0\0\5aacc\n"s, "\0\0\0\7bb"s}},
        {"resp",
         false,
         {"*1\r\n$4\r\nPING\r\n", "*1\r\n$5\r\nMULTI\r\n", "*1\r\n$4\r\nEXEC\r\n",
          "*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nx\r\n", "*1\r\n$11\r\nUNSUBSCRIBE\r\n", "*1\r\n$5\r\nRESET\r\n",
          "*1\r\n$4\r\nQUIT\r\n", "*2\r\n$5\r\nWATCH\r\n$1\r\na\r\n", "*3\r\n$5\r\nBLPOP\r\n$1\r\na\r\n$1\r\n0\r\n",
          "*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n", "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n", "get a\r\n",
          "*4\r\n$6\r\nCLIENT\r\n$5\r\nREPLY\r\n$4\r\nSKIP\r\n", "*1\r\n$7\r\nMONITOR\r\n"},
         {"+OK\r\n", "$3\r\nabc\r\n", "*3\r\n$9\r\nsubscribe\r\n$1\r\nx\r\n:1\r\n",
          "*3\r\n$11\r\nunsubscribe\r\n$-1\r\n:0\r\n", "*3\r\n$7\r\nmessage\r\n$1\r\nx\r\n$1\r\ny\r\n", "-ERR no\r\n",
          "*-1\r\n", "*2\r\n+a\r\n"}},
        {"memcached",
         false,
         {"get a\r\n", "set a 0 0 1\r\nx\r\n", "set a 0 0 1 noreply\r\nx\r\n", "mg a v\r\n", "mg a v q\r\n", "mn\r\n",
          "quit\r\n", "stats\r\n", "stats detail dump\r\n", "\x80\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0"s,
          "\x80\x09\0\1\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0k"s},
         {"STORED\r\n", "VALUE a 0 1\r\nx\r\nEND\r\n", "END\r\n", "EN\r\n", "MN\r\n", "ERROR\r\n", "HD\r\n",
          "\x81\x0a\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0"s}},
        {"http",
         false,
         {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
          "GET / HTTP/1.0\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n",
          "abc", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", "0\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n"},
         {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 204 No\r\n\r\n",
          "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
          "HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nhi"}},
        {"modbus",
         true,
         {"\0\1\0\0\0\6\1\3\0\0\0\1"s, "\0\2\0\0\0\6\2\6\0\0\0\1"s, "\0\1\0\0\0\6\1"s},
         {"\0\0\0\0\0\5\1\3\2\0\1"s, "\0\1\0\0\0\6\2\6\0\0\0\1"s, "\0\0\0\0\0\3\1\x83\2"s}},
        {"dns",
         true,
         {"\0\x11\0\1\1\0\0\1\0\0\0\0\0\0\0\0\1\0\1"s, "\0\x13\0\2\1\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1"s},
         {"\0\x11\0\0\x81\0\0\1\0\0\0\0\0\0\0\0\1\0\1"s, "\0\x13\0\1\x81\0\0\1\0\0\0\0\0\0\1a\0\0\1\0\1"s}},
        {"auto",
         false,
         {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "*1\r\n$4\r\nPING\r\n", "G", "*", "other"},
         {"x", "HTTP/1.1 204 No\r\n\r\n", "+PONG\r\n", "-ERR\r\n"}},
        {"scpi",
         false,
         {"VOLT 5\n", "*IDN?\n", "A?;B?\n", "*RST;A?\n", "D #15a\n?;\"\n", "D #240", "T \"a;?\"\n", "VOLT ?\n"},
         {"ACME\n", "1;2\n", "#13\n\n;;1\n", "#0a\n", "\"a\n"}},
        {"modbus-rtu",
         false,
         {"\001\003\000\000\000\001\204\012"s, "\002\006\000\000\000\001\110\071"s, "\000\006\000\000\000\001\111\333"s,
          "\001\003\000"s},
         {"\001\003\002\000\001\171\204"s, "\002\006\000\000\000\001\110\071"s, "\001\203\002\300\361"s, "\377"}},
        {"modbus-ascii",
         false,
         {":010300000001FB\r\n", ":020600000001F7\r\n", ":000600000001F9\r\n", ":0103"},
         {":0103020001F9\r\n", ":020600000001F7\r\n", ":0183027A\r\n", "\377"}},
    };
    return ALL;
}

} // namespace proximux
