#!/usr/bin/env python3
"""Every command of henpin's programs that a document tells people to run is one that the program understands.

    HENPIN_BIN=DIR tests/docs/commands.py [DOCUMENT...]

Commands stand in `code` and in blocks of code. Each is given to its program with --print-config, which reads the options and does
nothing else: what it does not know, or a value that cannot be, is told; a mention that leaves required options out is fine.
"""
import os
import re
import shlex
import subprocess
import sys

BIN = os.environ.get("HENPIN_BIN", "build/release")
DOCUMENTS = ["README.md", "deploy/README.md", "deploy/RUNBOOK.md", "deploy/SCALING.md", "deploy/DOWNSTREAM.md", "deploy/policy/README.md",
             "schemas/README.md"]
PROGRAMS = {"henpin"} | {p for p in os.listdir(BIN) if re.fullmatch(r"henpin-\w+", p)}
EXAMPLES = {"N": "0", "OFFSET": "5", "HOST:PORT": "127.0.0.1:9464", "F": "events"}  # of the words that stand for a value
LEFT_OUT = ("is required", "are required")
problems, n = [], 0


def code(text):
    """(line, code) of a document."""
    fenced = re.compile(r"^```\w*\n(.*?)^```", re.M | re.S)
    for block in fenced.finditer(text):
        for i, line in enumerate(block[1].splitlines()):
            yield text[:block.start()].count("\n") + 2 + i, line
    rest = fenced.sub(lambda m: "\n" * m[0].count("\n"), text)
    for i, line in enumerate(rest.splitlines()):
        if line.startswith("    "):
            yield i + 1, re.sub(r" {3,}(?=henpin)", "; ", line.strip())
        else:
            for span in re.findall(r"`([^`]+)`", line):
                yield i + 1, span


def commands(line):
    """The commands in a line of shell: lists of words, the program first. What stands further to the right explains it."""
    at = shlex.shlex(re.sub(r"(?<=\S) {3,}(?!henpin).*", "", line), posix=True, punctuation_chars=True)
    at.whitespace_split = True
    try:
        words = list(at)
    except ValueError:  # no shell
        return
    found, is_first = None, True
    for word in [*words, ";"]:
        if set(word) <= set("();<>|&"):
            if found:
                yield found
            found, is_first = None, True
        elif found is not None:
            found.append(word)
        elif is_first and word in PROGRAMS:
            found = [word]
        else:
            is_first = word == "--" or "=" in word


def complaints(words):
    out = subprocess.run([f"{BIN}/{words[0]}", *words[1:], "--print-config"], capture_output=True, text=True, check=False,
                         stdin=subprocess.DEVNULL)
    told = [line for line in out.stderr.splitlines() if not any(w in line for w in LEFT_OUT) and "--help lists" not in line]
    return told if out.returncode else []


def check(where, words):
    """`words`: the program and what follows it; what may be left out is taken for given."""
    global n
    words = [w.strip("[]") for i, w in enumerate(words) if "$" not in w and (w != "..." or words[i - 1].startswith("--"))]
    words = ["=".join(EXAMPLES.get(part, part) for part in w.split("=")) for w in words]
    if "ACTION" in words or len(words) < 2 or "{" in " ".join(words):
        return
    n += 1
    told = complaints(words)
    is_family = subprocess.run([f"{BIN}/{words[0]}", *words[1:], "--help"], capture_output=True, check=False).returncode == 0 \
        if told and not any(w.startswith("-") for w in words) else False
    if told and not is_family:
        problems.append(f"{where}: {' '.join(words)}: {'; '.join(told)}")


for document in sys.argv[1:] or DOCUMENTS:
    with open(document, encoding="utf-8") as f:
        for number, line in code(f.read()):
            for words in commands(line):
                check(f"{document}:{number}", words)
if not sys.argv[1:] and n < 80:
    problems.append(f"only {n} commands were found: is this check still right?")
print("\n".join(problems), end="\n" if problems else "")
sys.exit(1 if problems else 0)
