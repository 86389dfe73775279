#!/usr/bin/env python3
"""The folders and which one includes which, from the includes themselves, users above what they use."""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*"((?:common|services)/[^/"]+)/', re.M)

arrows = {}
for path in sorted(p for top in ("common", "services") for p in (ROOT / top).rglob("*.[ch]")):
    folder = str(path.relative_to(ROOT).parent)
    arrows.setdefault(folder, set()).update(INCLUDE.findall(path.read_text(errors="replace")))
for folder in arrows:
    arrows[folder].discard(folder)


def height(folder):
    return 1 + max((height(f) for f in arrows[folder]), default=0)


names = sorted(arrows, key=lambda f: (-height(f), f))
used = [f for f in names if any(f in targets for targets in arrows.values())]
print(f"{'':<22}" + "".join(f"{f.split('/')[1]:<8}" for f in used).rstrip())
for folder in names:
    print((f"{folder:<22}" + "".join(f"{'-->' if f in arrows[folder] else '':<8}" for f in used)).rstrip())
