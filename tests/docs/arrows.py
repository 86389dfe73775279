#!/usr/bin/env python3
"""The folders and who includes whom, counted from the includes themselves, users above what they use."""
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*"((?:common|services)/[^/"]+)/', re.M)

files, arrows = Counter(), {}
for path in sorted(p for top in ("common", "services") for p in (ROOT / top).rglob("*.[ch]")):
    folder = str(path.relative_to(ROOT).parent)
    files[folder] += 1
    used = arrows.setdefault(folder, Counter())
    used.update(f for f in INCLUDE.findall(path.read_text(errors="replace")) if f != folder)


def height(folder):
    return 1 + max((height(f) for f in arrows[folder]), default=0)


names = sorted(arrows, key=lambda f: (-height(f), f))
columns = [f for f in names if any(f in used for used in arrows.values())]
print(f"{'includes of ->':<20}{'files':>6}" + "".join(f"{c.split('/')[1]:>8}" for c in columns))
for folder in names:
    cells = "".join(f"{arrows[folder][c] or '.':>8}" for c in columns)
    print(f"{folder:<20}{files[folder]:>6}{cells}".rstrip())
