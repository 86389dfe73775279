#!/usr/bin/env python3
"""facts.py [--check] [DIR]: which rule carries which fact of the rule sheets; writes DIR/FACTS.md.

Read are facts.tsv (every fact) and SOURCES.md (every source key) of DIR (deploy/policy), and the
`source:` of every rule of its packs. A citation names facts, then in brackets the pages on which they
were read, as often as needed: `AMZ-XB-12, CK-XB (S06), M-012 (S90, S91)`. The two sheets number their
pages independently, so a bracket belongs to the facts before it, and these must be of one sheet.

Refused, each with its place: a fact or page that is not listed, a range of facts, a fact that neither
a rule carries nor a reason explains, or both; a rule that leans on recalled facts only and does not
say so. With --check nothing is written and a stale FACTS.md fails too. Exit code: 0, or 1 with the list.
"""
import re
import sys
from collections import Counter
from pathlib import Path

ARGUMENTS = [a for a in sys.argv[1:] if a != "--check"]
POLICY = Path(ARGUMENTS[0]) if ARGUMENTS else Path(__file__).resolve().parents[2] / "deploy" / "policy"

# Why no rule carries a fact. Closed: a new word needs a line here.
REASONS = {
    "definition": "says what a word, class or number means; rules use it, none states it",
    "engine": "holds for every rule, so the engine or the calendars do it, not a rule",
    "connector": "the form in which data comes in or goes out; the connector's work, not a decision",
    "standing": "a standing duty of the firm, its papers, premises or offers; no after-sales event shows whether it is met",
    "judgement": "takes a person who reads and weighs; no stated fact decides it",
    "no-act": "a right, habit or penalty of somebody else that leaves us nothing to do by a time",
    "superseded": "was so once, or was only planned; no event of today falls under it",
    "open": "the sheet itself does not know; nothing to encode until somebody asks",
}
SHEETS = {"marketplaces": "marketplaces and consumer law", "disposal": "Japanese disposal and repair"}
CONFIDENCE = {"seed", "confirmed", "recalled", "derived"}
PAGE = re.compile(r"\b(?:S\d+[a-z]?|SEED-[A-Z]+)\b")
FACT = re.compile(r"\b(?:[A-Z][A-Z0-9]*-)+[A-Z0-9]+[a-z]?\b")


class Checker:
    def __init__(self):
        self.errors = []

    def error(self, place, text):
        self.errors.append(f"{place}: {text}")

    def read_facts(self):
        """id -> (sheet, confidence, reason, subject, remark), in the order of the file."""
        facts = {}
        for n, line in enumerate((POLICY / "facts.tsv").read_text().splitlines(), 1):
            if line.startswith("#") or not line:
                continue
            place, cells = f"facts.tsv:{n}", line.split("\t")
            if len(cells) not in (5, 6):
                self.error(place, f"{len(cells)} columns, not 5 or 6")
                continue
            name, sheet, confidence, reason, subject = cells[:5]
            if name in facts:
                self.error(place, f"{name} stands here twice")
            if sheet not in SHEETS:
                self.error(place, f'no sheet is called "{sheet}"')
            if not subject or set(confidence.split("+")) - CONFIDENCE:
                self.error(place, "a subject and a known confidence are needed")
            if reason != "-" and reason not in REASONS:
                self.error(place, f'"{reason}" is no reason; known: {", ".join(REASONS)}')
            if reason != "-" and len(cells) == 5:
                self.error(place, f'{name}: a remark is needed, what "{reason}" means here')
            facts[name] = (sheet, confidence, reason, subject, cells[5] if len(cells) == 6 else "")
        return facts

    def read_pages(self):
        """sheet -> the page keys that SOURCES.md lists under its heading."""
        pages, sheet = {s: set() for s in SHEETS}, None
        for n, line in enumerate((POLICY / "SOURCES.md").read_text().splitlines(), 1):
            if line.startswith("## "):
                sheet = next((s for s, title in SHEETS.items() if title in line), None)
            elif sheet and (row := re.match(r"\| (\S+) \| (.*\S) \|", line)) and PAGE.fullmatch(row[1]):
                if row[1] in pages[sheet]:
                    self.error(f"SOURCES.md:{n}", f"{row[1]} stands here twice")
                pages[sheet].add(row[1])
        return pages

    def read_rules(self):
        """(place, file, rule, source, confidence, is in the shadow) of every rule of every pack."""
        rules = []
        for path in sorted(POLICY.glob("*.yaml")):
            now = None
            for n, line in enumerate(path.read_text().splitlines(), 1):
                found = re.match(r"\s*(?:- )?(id|source|confidence|mode): (.*\S)$", line)
                if re.match(r"\s*- \{id:", line):
                    self.error(f"{path.name}:{n}", "write a rule as a block, a key a line")
                elif found and found[1] == "id":
                    now = {"place": f"{path.name}:{n}", "file": path.name, "id": found[2]}
                    rules.append(now)
                elif found and now:
                    now[found[1]] = found[2].strip("\"'")
        return rules

    def read_words(self):
        """The same of playbooks and of terms: they carry nothing, but what they cite must exist, too."""
        cited = []
        for path in sorted(POLICY.glob("*.yaml")):
            part, name = "", ""
            for n, line in enumerate(path.read_text().splitlines(), 1):
                if re.match(r"\w", line):
                    part = line.partition(":")[0]
                elif found := re.match(r"  ([\w-]+):$", line):
                    name = found[1]
                if part == "playbooks":
                    found = re.match(r"    source: (.*\S)$", line)
                elif part == "terms":
                    found = re.match(r"    \w+: \{.*\bsource: ([^}]*?)(?:, valid: .*)?\}$", line)
                if part in ("playbooks", "terms") and found:
                    cited.append({"place": f"{path.name}:{n}", "id": name, "source": found[1].strip("\"'")})
        return cited

    def cited(self, rule, facts, pages):
        """The facts that a rule cites; says what is wrong with the citation."""
        source, names, last = rule.get("source", ""), [], 0
        if re.search(r"\d\s*(\.\.|–)\s*\d", source):
            self.error(rule["place"], "name every fact; a range is not understood")
        # A bracket with pages ends a group; the facts before it say whose pages they are.
        for group in re.finditer(r"\(([^)]*)\)|$", source):
            text = source[last : group.start()] + (group[1] or "")
            last = group.end()
            found = [f for f in FACT.findall(text) if not PAGE.fullmatch(f)]
            for name in found:
                if name not in facts:
                    self.error(rule["place"], f"{name} is no fact of facts.tsv")
            found = [f for f in found if f in facts]
            sheets = {facts[f][0] for f in found}
            keys = PAGE.findall(group[1] or "")
            if keys and not found and names:
                sheets = {facts[names[-1]][0]}
            if keys and len(sheets) != 1:
                self.error(rule["place"], f"({group[1]}) stands behind facts of {len(sheets)} sheets: name its pages apart")
            for key in keys if len(sheets) == 1 else []:
                if key not in pages[next(iter(sheets))]:
                    self.error(rule["place"], f"{key} is not listed in SOURCES.md for {', '.join(sheets)}")
            names += found
        return list(dict.fromkeys(names))

    def judge(self, facts, pages, rules):
        """fact -> the rules that carry it."""
        carried = {name: [] for name in facts}
        for rule in rules:
            names = self.cited(rule, facts, pages)
            confidence = rule.get("confidence", "")
            if not names and confidence != "own":
                self.error(rule["place"], f"the rule {rule['id']} cites no fact")
            if names and all(facts[n][1] == "recalled" for n in names) and confidence not in ("recalled-not-confirmed", "own"):
                self.error(rule["place"], f"the rule {rule['id']} leans on recalled facts only and says {confidence}")
            for name in names:
                carried[name].append(rule)
        for name, (_, _, reason, _, _) in facts.items():
            if reason == "-" and not carried[name]:
                self.error("facts.tsv", f"{name} has neither a rule nor a reason")
            if reason != "-" and carried[name]:
                self.error("facts.tsv", f"{name} is carried by {carried[name][0]['id']}: its reason must be -")
        return carried


def counted(counts, words):
    return ", ".join(f"{words[k] if k in words else k} {n}" for k, n in sorted(counts.items(), key=lambda x: (-x[1], x[0])))


def table(facts, carried, n_rules):
    """FACTS.md as text."""
    lines = [
        "# Facts and rules",
        "",
        "Every fact of the two rule sheets, and the rule that carries it, or why none does. Made from `facts.tsv` and the `source:` of",
        "the rules by `make docs`; `make test` fails when it is stale. Pages behind the citations: `SOURCES.md`.",
        "",
        "| | facts | carried by a rule | not carried |",
        "|---|---|---|---|",
    ]
    for sheet, title in SHEETS.items():
        names = [n for n in facts if facts[n][0] == sheet]
        n_carried = sum(bool(carried[n]) for n in names)
        why = counted(Counter(facts[n][2] for n in names if not carried[n]), {})
        lines.append(f"| {title} | {len(names)} | {n_carried} | {len(names) - n_carried}: {why} |")
    n_carried = sum(bool(c) for c in carried.values())
    n_shadow = sum(bool(c) and all(r.get("mode") == "shadow" for r in c) for c in carried.values())
    lines += [
        f"| **both** | **{len(facts)}** | **{n_carried}** | **{len(facts) - n_carried}** |",
        "",
        f"{n_rules} rules; {n_shadow} of the carried facts are carried in the shadow only, because nobody has read a page that confirms them.",
        "",
        "| reason | means |",
        "|---|---|",
    ]
    lines += [f"| {reason} | {text} |" for reason, text in REASONS.items()]
    for sheet, title in SHEETS.items():
        lines += ["", f"## Facts: {title}", "", "| fact | about | rules, or why none |", "|---|---|---|"]
        for name, (of, confidence, reason, subject, remark) in facts.items():
            if of != sheet:
                continue
            by_file = {}
            for rule in carried[name]:
                by_file.setdefault(rule["file"], []).append(rule["id"] + (" (shadow)" if rule.get("mode") == "shadow" else ""))
            text = "; ".join(f"{', '.join(ids)} in {file}" for file, ids in sorted(by_file.items())) or f"*{reason}*"
            lines.append(f"| {name} | {subject} | {text}{': ' + remark if remark else ''} |".replace("||", "|"))
    return "\n".join(lines) + "\n"


def main():
    checker = Checker()
    facts, pages, rules = checker.read_facts(), checker.read_pages(), checker.read_rules()
    carried = checker.judge(facts, pages, rules)
    for word in checker.read_words():
        if not checker.cited(word, facts, pages):
            checker.error(word["place"], f"{word['id']} cites no fact")
    text, path = table(facts, carried, len(rules)), POLICY / "FACTS.md"
    if "--check" not in sys.argv[1:]:
        path.write_text(text)
        print(f"{path.name}: {sum(bool(c) for c in carried.values())} of {len(facts)} facts carried by {len(rules)} rules")
    elif not path.exists() or path.read_text() != text:
        checker.error("FACTS.md", "is stale: `make docs` renews it")
    for line in checker.errors:
        print(line, file=sys.stderr)
    return 1 if checker.errors else 0


if __name__ == "__main__":
    sys.exit(main())
