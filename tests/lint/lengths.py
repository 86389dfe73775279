#!/usr/bin/env python3
"""The ten longest functions and files, for reviewers to look at; fails nothing.

A function begins at a line that starts in column 1 and ends at the next `}` in column 1: the formatter
sees to that.
"""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHOWN = 10


def functions(path):
    start = name = None
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        if re.match(r"[A-Za-z_].*\(", line) and not line.rstrip().endswith(";"):
            start, name = number, re.search(r"(\w+)\s*\(", line)[1]
        elif line.startswith("}") and start:
            yield number - start + 1, path, start, name
            start = None


sources = [p for top in ("common", "services") for p in sorted((ROOT / top).rglob("*.[ch]"))]
print("longest functions:")
for length, path, line, name in sorted((f for p in sources if p.suffix == ".c" for f in functions(p)), reverse=True)[:SHOWN]:
    print(f"  {length:5} {path.relative_to(ROOT)}:{line} {name}")
print("longest files:")
for length, path in sorted(((len(p.read_text(errors="replace").splitlines()), p) for p in sources), reverse=True)[:SHOWN]:
    print(f"  {length:5} {path.relative_to(ROOT)}")
