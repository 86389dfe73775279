#!/usr/bin/env python3
"""The rules of the tree that no compiler knows. Prints path:line: what is wrong; exit code 1 if any.

    tests/lint/rules.py [ROOT]

ARROWS is the architecture: services -> flow -> policy -> event, io, text -> base. To let a layer use another,
change the row and tell why in the commit; to ban a function, add it to BANNED with what to use instead.
"""
import re
import subprocess
import sys
from pathlib import Path

# What files of a layer may include, as prefixes of the path from the root.
ARROWS = {
    "common/base/": ["common/base/"],
    "common/io/": ["common/io/", "common/base/"],
    "common/event/": ["common/event/", "common/base/", "common/io/avro_shape.h"],
    "common/text/": ["common/text/", "common/base/"],
    "common/policy/": ["common/policy/", "common/event/", "common/text/", "common/base/"],
    "common/flow/": ["common/"],
}
DECIDE = ["common/event/", "common/policy/", "common/text/", "common/base/"]  # what a pure decision may know

BUDGET = {"rdkafka.h": 2, "avro.h": 2, "libpq-fe.h": 2}  # files that may include a library's header

CLOCK = "common/base/clock.c"
ANY = None
BANNED = {  # name: (what to use instead, the only file that may)
    "strcpy": ("span or a bounded builder", ANY),
    "strcat": ("span or a bounded builder", ANY),
    "strncpy": ("span or a bounded builder", ANY),
    "strncat": ("span or a bounded builder", ANY),
    "sprintf": ("snprintf", ANY),
    "vsprintf": ("vsnprintf", ANY),
    "gets": ("fgets", ANY),
    "scanf": ("a parser that says where it failed", ANY),
    "sscanf": ("a parser that says where it failed", ANY),
    "fscanf": ("a parser that says where it failed", ANY),
    "atoi": ("span_to_i64", ANY),
    "atol": ("span_to_i64", ANY),
    "atoll": ("span_to_i64", ANY),
    "atof": ("strtod, checked", ANY),
    "strtok": ("span", ANY),
    "alloca": ("the arena", ANY),
    "system": ("nothing: we start no programs", ANY),
    "popen": ("nothing: we start no programs", ANY),
    "rand": ("random_next", ANY),
    "srand": ("random_next", ANY),
    "random": ("random_next", ANY),
    "time": ("clock_now_us", CLOCK),
    "gettimeofday": ("clock_now_us", CLOCK),
    "clock_gettime": ("clock_now_us or clock_monotonic_us", CLOCK),
    "localtime": ("common/policy's calendars", ANY),
    "gmtime": ("clock_text", ANY),
    "ctime": ("clock_text", ANY),
    "asctime": ("clock_text", ANY),
    "tmpnam": ("mkstemp", ANY),
    "setlocale": ("nothing: the C locale it is", ANY),
}
BANNED_CALL = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(sorted(BANNED)))
PROMISE = re.compile(r"\b(TODO|FIXME|HACK)\b|\bXXX:")  # XXX alone is a currency: none
MACHINE_PATH = re.compile(r"(?<![\w.$}~])/(?:%s|home/\w+|root|Users/\w+)/" % "|".join(["wor" + "k", "far" + "m"]))
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
TEXT_SUFFIXES = {".c", ".h", ".py", ".sh", ".sql", ".avsc", ".md", ".yaml", ".yml", ".test", ".json", ""}

problems = []


def complain(path, line, text):
    problems.append(f"{path}:{line}: {text}")


def tracked(root):
    """The files of the repository; of a plain directory, when git does not know it."""
    run = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=root, text=True, capture_output=True)
    if run.returncode == 0 and run.stdout:
        names = [n for n in run.stdout.split("\0") if n]
    else:
        names = [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()]
    return sorted(n for n in names if (root / n).is_file() and not n.startswith(("build/", ".git/")))


def without_comments(text):
    """Code with comments, strings and characters blanked, line numbers kept."""
    def blank(found):
        kept = found[0] if found[0][0] not in "\"'/" else re.sub(r"[^\n]", " ", found[0])
        return kept
    return re.sub(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text, flags=re.S)


def includes(text):
    for number, line in enumerate(text.splitlines(), 1):
        if found := INCLUDE.match(line):
            yield number, found[1] == '"', found[2]


def allowed_includes(path):
    """(what `path` may include of ours, the name of its layer), or None when it is free to."""
    for layer, allowed in ARROWS.items():
        if path.startswith(layer):
            return allowed, layer.rstrip("/")
    if path.startswith("services/"):
        own = "/".join(path.split("/")[:2]) + "/"
        return ["common/", own], own.rstrip("/")
    return None


def check_arrows(path, text):
    rule = allowed_includes(path)
    if not rule:
        return
    for number, ours, name in includes(text):
        if not ours:
            continue
        if not name.startswith(("common/", "services/")):
            complain(path, number, f'"{name}" is no path from the root (and tests are not for common/ and services/)')
        elif not name.startswith(tuple(rule[0])):
            complain(path, number, f"{rule[1]} may not include {name}: the arrows are services -> flow -> policy, event, io -> base")


def check_purity(root, path, texts):
    """decide.c reaches nothing that does I/O, neither itself nor through its service's headers."""
    own = path.rsplit("/", 1)[0] + "/"
    queue, seen = [path], set()
    while queue:
        file = queue.pop()
        if file in seen or file not in texts:
            continue
        seen.add(file)
        for number, ours, name in includes(texts[file]):
            if not ours:
                if re.search(r"rdkafka|libpq|avro\.h|curl/|microhttpd|sys/socket|unistd", name):
                    complain(file, number, f"<{name}> in reach of {path}: a decision does no I/O")
            elif name.startswith(own):
                queue.append(name)
            elif not name.startswith(tuple(DECIDE)):
                complain(file, number, f"{name} in reach of {path}: it may know only event/, policy/ and base/")


def check_code(path, text):
    for number, line in enumerate(without_comments(text).splitlines(), 1):
        for found in BANNED_CALL.finditer(line):
            instead, home = BANNED[found[1]]
            if path != home:
                complain(path, number, f"{found[1]}() is banned: {instead}")


def check_budget(texts):
    users = {header: [] for header in BUDGET}
    for path, text in texts.items():
        for number, _, name in includes(text):
            header = name.rsplit("/", 1)[-1]
            if header in users:
                users[header].append((path, number))
    for header, places in users.items():
        files = sorted({path for path, _ in places})
        if len(files) > BUDGET[header]:
            complain(*places[-1], f"{header} is included by {len(files)} files, {BUDGET[header]} may: {', '.join(files)}")


def check_guard(path, text):
    guard = re.sub(r"[/.]", "_", path).upper()
    if not re.search(rf"^#ifndef {guard}\n#define {guard}$", text, re.M):
        complain(path, 1, f"no include guard {guard}")


def check_text(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if PROMISE.search(line) and not path.startswith("tests/lint/"):
            complain(path, number, "a promise of work: do it, or write an issue")
        if found := MACHINE_PATH.search(line):
            complain(path, number, f'"{found[0]}" is a path of one machine')


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    names = tracked(root)
    ours = {}  # the product's C
    for name in names:
        if name.startswith("tests/data/") or (Path(name).suffix not in TEXT_SUFFIXES):
            continue
        text = (root / name).read_text(errors="replace")
        check_text(name, text)
        if name.endswith((".c", ".h")) and name.startswith(("common/", "services/")):
            ours[name] = text
    for name, text in ours.items():
        check_arrows(name, text)
        check_code(name, text)
        if name.endswith(".h"):
            check_guard(name, text)
        if name.endswith("/decide.c"):
            check_purity(root, name, ours)
    check_budget(ours)
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
