#pragma once

#include <proximux/Instant.h>

namespace proximux
{

/// An object's place in one DeadlineList, which it leaves with its end. Embedded in the object, which it leads back to.
struct Deadline
{
    Deadline() = default;
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;
    ~Deadline() { leave(); }

    [[nodiscard]] bool isArmed() const { return next != nullptr; }

    void leave()
    {
        if (!isArmed())
            return;
        previous->next = next;
        next->previous = previous;
        previous = next = nullptr;
    }

    Deadline* previous = nullptr;
    Deadline* next = nullptr;
    Instant due;
};

/// A deadline that leads back to whose it is.
template <class T>
struct Due : Deadline
{
    explicit Due(T& object)
        : _owner(object)
    {
    }

    /// Of a deadline that is known to be of this type.
    static T& owner(Deadline& deadline) { return static_cast<Due&>(deadline)._owner; }

private:
    T& _owner;
};

/// Deadlines of one class: all have the same duration, so the list is sorted by construction, and arming, arming
/// again and disarming cost a few pointers each. Owns nothing; either side may end first.
class DeadlineList
{
public:
    /// A negative duration: arm() does nothing.
    explicit DeadlineList(Duration duration = Duration::off())
        : _duration(duration)
    {
        _head.previous = _head.next = &_head;
    }

    ~DeadlineList() { clear(); }

    DeadlineList(const DeadlineList&) = delete;
    DeadlineList& operator=(const DeadlineList&) = delete;

    /// Due a duration from now; an armed one moves.
    void arm(Deadline& deadline, Instant now)
    {
        if (_duration.isOff())
            return;
        disarm(deadline);
        deadline.due = now + _duration;
        deadline.previous = _head.previous;
        deadline.next = &_head;
        _head.previous->next = &deadline;
        _head.previous = &deadline;
    }

    /// As if it had been armed then; it takes its place among the others.
    void armSince(Deadline& deadline, Instant since)
    {
        if (_duration.isOff())
            return;
        disarm(deadline);
        deadline.due = since + _duration;
        Deadline* next = _head.next;
        while (next != &_head && next->due <= deadline.due)
            next = next->next;
        deadline.previous = next->previous;
        deadline.next = next;
        next->previous->next = &deadline;
        next->previous = &deadline;
    }

    /// From now on another duration. Those that are armed are due so much later or earlier; off: never.
    void change(Duration duration)
    {
        if (duration.isOff())
            clear();
        const Duration later{duration.us - _duration.us};
        for (Deadline* each = _head.next; each != &_head; each = each->next)
            each->due = each->due + later;
        _duration = duration;
    }

    static void disarm(Deadline& deadline) { deadline.leave(); }

    /// When the first one is due.
    [[nodiscard]] Instant first() const { return _head.next == &_head ? Instant::never() : _head.next->due; }

    /// Takes out one that is due, or null.
    Deadline* takeDue(Instant now)
    {
        if (first() > now)
            return nullptr;
        Deadline* deadline = _head.next;
        disarm(*deadline);
        return deadline;
    }

private:
    void clear()
    {
        while (_head.next != &_head)
            disarm(*_head.next);
    }

    Duration _duration;
    Deadline _head;
};

} // namespace proximux
