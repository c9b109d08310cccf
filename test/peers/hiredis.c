/* A client as hiredis makes one: simple and pipelined commands, a transaction, a subscription, a blocking command.
   hiredis PORT tied|refused. Says what it got where that is not what it expects. */
#include <hiredis/hiredis.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

static redisContext* context;

static void fail(const char* what, const redisReply* reply)
{
    std::fprintf(stderr, "%s: type %d, %s, error %s\n", what, reply ? reply->type : -1,
                 reply && reply->str ? reply->str : "-", context ? context->errstr : "no context");
    std::exit(1);
}

static redisReply* ask(const char* command)
{
    redisReply* reply = static_cast<redisReply*>(redisCommand(context, command));
    if (reply == nullptr)
        fail(command, reply);
    return reply;
}

static void expect(const char* command, int type, const char* text)
{
    redisReply* reply = ask(command);
    if (reply->type != type || (text && (!reply->str || !std::strstr(reply->str, text))))
        fail(command, reply);
    freeReplyObject(reply);
}

int main(int, char** argv)
{
    const struct timeval limit = {20, 0};
    const bool tied = std::strcmp(argv[2], "tied") == 0;
    context = redisConnectWithTimeout("127.0.0.1", std::atoi(argv[1]), limit);
    if (context == nullptr || context->err)
        fail("connect", nullptr);
    redisSetTimeout(context, limit);
    expect("SET hiredis one", REDIS_REPLY_STATUS, "OK");
    expect("GET hiredis", REDIS_REPLY_STRING, "one");
    for (int i = 0; i < 1000; ++i)
        redisAppendCommand(context, "ECHO %d", i);
    for (int i = 0; i < 1000; ++i)
    {
        void* reply = nullptr;
        if (redisGetReply(context, &reply) != REDIS_OK || std::atoi(static_cast<redisReply*>(reply)->str) != i)
            fail("pipelined", static_cast<redisReply*>(reply));
        freeReplyObject(reply);
    }
    if (!tied)
    {
        expect("MULTI", REDIS_REPLY_ERROR, "dedicated target connection");
        expect("DISCARD", REDIS_REPLY_STATUS, "OK");
        expect("SUBSCRIBE c", REDIS_REPLY_ERROR, "dedicated target connection");
        expect("BLPOP hiredis-list 1", REDIS_REPLY_ERROR, "dedicated target connection");
    }
    else
    {
        expect("WATCH hiredis", REDIS_REPLY_STATUS, "OK");
        expect("MULTI", REDIS_REPLY_STATUS, "OK");
        expect("SET hiredis two", REDIS_REPLY_STATUS, "QUEUED");
        expect("EXEC", REDIS_REPLY_ARRAY, nullptr);
        expect("SUBSCRIBE c", REDIS_REPLY_ARRAY, nullptr);
        expect("UNSUBSCRIBE c", REDIS_REPLY_ARRAY, nullptr);
        expect("BLPOP hiredis-list 1", REDIS_REPLY_NIL, nullptr);
    }
    expect("GET hiredis", REDIS_REPLY_STRING, tied ? "two" : "one");
    redisFree(context);
    return 0;
}
