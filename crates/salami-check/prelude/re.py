"""Substitution of matches by a function."""

import re


def pattern_subn(self, repl, string, count):
    if count < 0:
        return string, 0
    pieces = []
    end = 0
    made = 0
    for match in self.finditer(string):
        pieces.append(string[end:match.start()])
        pieces.append(repl(match))
        end = match.end()
        made += 1
        if made == count:
            break
    pieces.append(string[end:])
    return "".join(pieces), made


def pattern_sub(self, repl, string, count):
    return pattern_subn(self, repl, string, count)[0]


def subn(pattern, repl, string, count, flags):
    return pattern_subn(re.compile(pattern, flags), repl, string, count)


def sub(pattern, repl, string, count, flags):
    return pattern_subn(re.compile(pattern, flags), repl, string, count)[0]
