#pragma once

#include <proximux/exchange/mux/State.h>

#include <string>
#include <vector>

namespace proximux
{

struct Mux;

/// How a request ends: by its response, by an answer of ours, or not at all.
class Answers
{
public:
    explicit Answers(Mux& mux)
        : _mux(mux)
    {
    }

    // ---- by a response

    /// Response bytes for the client of this request; with edits in them, where they are the first.
    void deliver(Lane& lane, Request& request, Bytes bytes, const std::vector<Edit>* edits, Instant now);

    /// Bytes for a client that are no part of a response to a request of his.
    void deliver(Lane& lane, Client& client, Bytes bytes, Instant now);

    /// A request of the lane was answered, or is given up without harm.
    void finish(Lane& lane, Request& request, Instant now);

    // ---- by us

    /// A request that is not in flight gets no response: the reply stands in traits.reply.
    void answerLocally(Request& request, Instant now);

    /// A request is answered by what the target has said to the login of this lane.
    void greet(const Lane& lane, Request& request, Instant now);

    /// A reply to what was no request stands in the client's pipeline.
    void replyOnly(Client& client, std::string text, Instant now);

    /// A drain is about to close it, at rest.
    void tellDrained(Client& client);

    /// A request is answered, of which the rest has not come: that is thrown away, or its client is closed.
    static void leaveRest(Request& request);

    /// Sends the first replies that are due: those before which all was answered.
    void reply(Client& client, Instant now);

    // ---- not

    /// A request has failed: its client gets the protocol's error reply, or is closed.
    void fail(Request& request, CloseReason reason, Instant now);

    /// A request in flight is given up; its place in the pipeline, and its id, stay taken.
    void giveUp(Request& request, CloseReason reason, Instant now);

    /// This request of the client, and what stands behind it, is not done. Null: nothing is.
    void drop(Client& client, Request* request, CloseReason reason, Instant now);

    /// It was not answered in time: a part of the target may be silent.
    void partTimedOut(Request& request, Instant now);

    // ---- its place

    /// It leaves its pipeline and its client's requests; nobody is told.
    void takeOut(Lane& lane, Request& request, bool answered, Instant now);

    /// Whoever wants to hear of this request hears how it ended; once.
    void tellEnd(Request& request, TargetId target, bool failed, CloseReason reason, Instant now);

    /// Whether it may never be answered. Without ids nobody could tell whether it was.
    [[nodiscard]] static bool isOptional(const Lane& lane, const Request& request)
    {
        return lane.ids != nullptr && request.traits.optional;
    }

private:
    static void noteOrder(Lane& lane, const Request& request);
    [[nodiscard]] bool mustWait(Client& client, const Request& request, Instant now);
    [[nodiscard]] bool leavesGap(const Request& request) const;
    void leavePart(const Lane& lane, Request& request, bool answered, Instant now);
    void keepReply(Request& request);
    void releaseReply(Request& request);

    Mux& _mux;
};

} // namespace proximux
