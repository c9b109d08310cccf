#pragma once

#include <cassert>
#include <cstddef>

namespace proximux
{

/// An object's links in one List; a member of the object.
template <class T>
struct Link
{
    T* previous = nullptr;
    T* next = nullptr;
    bool linked = false;
};

/// An intrusive doubly linked list. Insertion and removal take constant time and no memory. Owns nothing; remove an
/// object before destroying it.
template <class T, Link<T> T::*LINK>
class List
{
public:
    List() = default;
    List(const List&) = delete;
    List& operator=(const List&) = delete;

    void pushBack(T& object)
    {
        Link<T>& link = object.*LINK;
        assert(!link.linked);
        link = {_last, nullptr, true};
        (_last != nullptr ? (_last->*LINK).next : _first) = &object;
        _last = &object;
        ++_size;
    }

    void pushFront(T& object)
    {
        Link<T>& link = object.*LINK;
        assert(!link.linked);
        link = {nullptr, _first, true};
        (_first != nullptr ? (_first->*LINK).previous : _last) = &object;
        _first = &object;
        ++_size;
    }

    void remove(T& object)
    {
        Link<T>& link = object.*LINK;
        assert(link.linked);
        (link.previous != nullptr ? (link.previous->*LINK).next : _first) = link.next;
        (link.next != nullptr ? (link.next->*LINK).previous : _last) = link.previous;
        link = {};
        --_size;
    }

    /// The first and the last object, or null.
    [[nodiscard]] T* first() const { return _first; }
    [[nodiscard]] T* last() const { return _last; }

    /// The object after this one, or null.
    [[nodiscard]] static T* next(const T& object) { return (object.*LINK).next; }
    [[nodiscard]] static bool isIn(const T& object) { return (object.*LINK).linked; }

    [[nodiscard]] bool isEmpty() const { return _first == nullptr; }
    [[nodiscard]] std::size_t size() const { return _size; }

private:
    T* _first = nullptr;
    T* _last = nullptr;
    std::size_t _size = 0;
};

} // namespace proximux
