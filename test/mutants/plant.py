#!/usr/bin/env python3
"""Copies the core for the oracle and plants faults in the copy, each behind a switch.

    plant.py SOURCES MUTANTS OUTPUT

A file NAME.mutant has the rule that the fault breaks, then one or more changes:

    rule: The response to a client that has left goes to no other client.
    file: exchange/Answers.cpp
    old:
    the exact text, found once in the file
    new:
    the text in its place, in which MUTANT is true while the fault is on

A text that is not found exactly once, or that two faults change, ends the build: no fault can rot.
"""
import os
import sys

FOLDERS = ("base", "wire", "auth", "protocol", "targets", "exchange")
HEADER = "proximux/exchange/Mutants.h"


class Mistake(Exception):
    pass


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    """What has not changed is not compiled again."""
    if os.path.exists(path) and read(path) == text:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def parse(path):
    """The rule, and the changes: (file, old, new)."""
    rule, changes, part = "", [], None
    for line in read(path).split("\n"):
        if line.startswith("rule: "):
            rule = line[6:]
        elif line.startswith("file: "):
            changes.append({"file": line[6:], "old:": [], "new:": []})
            part = None
        elif line in ("old:", "new:") and changes:
            part = line
        elif part:
            changes[-1][part].append(line)
        elif line:
            raise Mistake("%s: %r; expected rule:, file:, old: or new:" % (path, line))
    if changes and changes[-1]["new:"][-1:] == [""]:
        changes[-1]["new:"].pop()  # the end of the file
    if not rule or not changes:
        raise Mistake("%s: expected a rule and at least one change" % path)
    return rule, [(c["file"], "\n".join(c["old:"]), "\n".join(c["new:"])) for c in changes]


def planted(name, text, places):
    """The text with all its faults. places: (mutant, old, new)."""
    found = []
    for mutant, old, new in places:
        times = text.count(old) if old else 0
        if times != 1:
            raise Mistake("%s.mutant: its old text is found %d times in %s; expected once:\n%s" % (mutant, times, name, old))
        at = text.index(old)
        found.append((at, at + len(old), mutant, new.replace("MUTANT", "planted(Mutant::%s)" % mutant)))
    found.sort(reverse=True)
    for (begin, _, later, _), (_, end, earlier, _) in zip(found, found[1:]):
        if end > begin:
            raise Mistake("%s.mutant and %s.mutant change the same text of %s" % (earlier, later, name))
    for begin, end, _, new in found:
        text = text[:begin] + new + text[end:]
    return "#include <%s>\n%s" % (HEADER, text) if found else text


def header(rules):
    lines = ["#pragma once", "", "namespace proximux", "{", "", "enum class Mutant", "{", "    none,"]
    lines += ["    %s, ///< %s" % rule for rule in rules]
    lines += ["    last", "};", "", "/// By their numbers.", "constexpr const char* MUTANT_NAMES[] = {\"none\","]
    lines += ["    \"%s\"," % name for name, _ in rules]
    lines += ["};", "", "/// The fault that is on. Not for threads.", "extern Mutant plantedMutant;", "",
              "inline bool planted(Mutant mutant)", "{", "    return plantedMutant == mutant;", "}", "",
              "} // namespace proximux", ""]
    return "\n".join(lines)


def main(sources, mutants, output):
    rules, changes = [], {}
    for file in sorted(os.listdir(mutants)):
        name, kind = os.path.splitext(file)
        if kind != ".mutant":
            continue
        rule, parts = parse(os.path.join(mutants, file))
        rules.append((name, rule))
        for path, old, new in parts:
            changes.setdefault(path, []).append((name, old, new))
    for folder in FOLDERS:
        for place, _, files in os.walk(os.path.join(sources, "proximux", folder)):
            for file in sorted(files):
                path = os.path.relpath(os.path.join(place, file), os.path.join(sources, "proximux")).replace(os.sep, "/")
                text = read(os.path.join(place, file))
                write(os.path.join(output, "proximux", path), planted(path, text, changes.pop(path, [])))
    for path in changes:
        raise Mistake("%s.mutant: there is no file %s" % (changes[path][0][0], path))
    write(os.path.join(output, HEADER), header(rules))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Mistake as mistake:
        sys.exit("plant.py: %s" % mistake)
