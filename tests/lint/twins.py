#!/usr/bin/env python3
"""What stands twice: runs of equal tokens in the product's C, longest first; fails nothing.

    tests/lint/twins.py [TOKENS]      report runs of at least TOKENS (60) tokens

Names count, literals count, layout and comments do not: what is found can be shared without thinking up parameters.
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEAST = int(sys.argv[1]) if len(sys.argv) > 1 else 60
SHOWN = 10
TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|\w+|[^\s\w]')


def tokens(path):
    """(token, line) of a file without comments and preprocessor lines."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*",
                  lambda m: "\n" * m[0].count("\n"), path.read_text(errors="replace"), flags=re.S | re.M)
    for number, line in enumerate(text.splitlines(), 1):
        for found in TOKEN.finditer(line):
            yield found[0], number


def twins(files):
    """(length, place, place) of each maximal run that stands twice; a place is (file, line)."""
    words, places, ends = [], [], []
    for path in files:
        for word, line in tokens(path):
            words.append(word)
            places.append((path, line))
        ends += [len(words)] * (len(words) - len(ends))
    first, covered = {}, set()
    for i in range(len(words) - LEAST + 1):
        if i + LEAST > ends[i]:
            continue  # a run does not leave its file
        j = first.setdefault(tuple(words[i:i + LEAST]), i)
        if j == i or j + LEAST > i or (i - j, i - 1) in covered:
            covered |= {(i - j, i)} if j != i else set()
            continue
        n = LEAST
        while i + n < ends[i] and j + n < min(ends[j], i) and words[i + n] == words[j + n]:
            n += 1
        covered |= {(i - j, k) for k in range(i, i + n - LEAST + 1)}
        yield n, places[j], places[i]


found = sorted(twins([p for top in ("common", "services") for p in sorted((ROOT / top).rglob("*.c"))]),
               key=lambda t: -t[0])
print(f"stands twice ({len(found)} runs of {LEAST} tokens or more):")
for length, a, b in found[:SHOWN]:
    print(f"  {length:5} {a[0].relative_to(ROOT)}:{a[1]} and {b[0].relative_to(ROOT)}:{b[1]}")
