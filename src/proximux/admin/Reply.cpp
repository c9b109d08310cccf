#include <proximux/admin/Reply.h>

#include <Poco/DateTimeFormat.h>
#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>

namespace proximux::admin
{

namespace
{

struct Status
{
    int code;
    const char* text;
};

constexpr Status STATUSES[] = {
    {200, "OK"},
    {NOT_MODIFIED, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {421, "Misdirected Request"},
    {431, "Request Header Fields Too Large"},
    {503, "Service Unavailable"},
};

const char* textOf(int code)
{
    for (const Status& status : STATUSES)
        if (status.code == code)
            return status.text;
    return "";
}

} // namespace

std::string Reply::toHttp(bool isHead) const
{
    const std::string length = std::to_string(body.size());
    const std::string content = "Content-Type: " + type + "\r\nContent-Length: " + length + "\r\n";
    const std::string head = "HTTP/1.1 " + std::to_string(status) + " " + textOf(status) +
                             "\r\n"
                             "Date: " +
                             Poco::DateTimeFormatter::format(Poco::Timestamp(), Poco::DateTimeFormat::HTTP_FORMAT) +
                             "\r\n" + (status == NOT_MODIFIED ? std::string() : content) +
                             "Connection: close\r\n"
                             "Cache-Control: no-store\r\n"
                             "X-Content-Type-Options: nosniff\r\n" +
                             fields + "\r\n";
    return isHead ? head : head + body;
}

Reply textReply(int status, const std::string& text)
{
    Reply reply;
    reply.status = status;
    reply.body = text + "\n";
    return reply;
}

Reply refusal(int exitCode, const std::string& why)
{
    Reply reply = textReply(exitCode == UNKNOWN_COMMAND ? 404 : exitCode == FORBIDDEN ? 403 : 409, why);
    reply.exitCode = exitCode;
    return reply;
}

} // namespace proximux::admin
