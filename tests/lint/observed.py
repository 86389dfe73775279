#!/usr/bin/env python3
"""Rules, dashboards and the runbook speak of what exists. Prints path: what is wrong; exit code 1 if any.

    tests/lint/observed.py [ROOT]

Every henpin_* and kafka_* name in deploy/prometheus and deploy/grafana is a row of METRICS or SERIES (or a recording rule), with
the labels of its row; each alert says what is at stake and what to look at, has its paragraph in deploy/RUNBOOK.md, and cases in
tests/prometheus/rules.yaml in which it fires and in which it is quiet.
"""
import json
import re
import sys
from pathlib import Path

ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
SCRAPED = {"instance", "job", "le", "alertname", "alertstate"}  # labels that Prometheus adds
problems = []


def read(path):
    return (ROOT / path).read_text()


def join(text):
    """C's adjacent string literals as one."""
    return re.sub(r'"\s*"', "", re.sub(r"\s*\\\n\s*", " ", text))


def known():
    """name -> its labels."""
    names = {"henpin_errors_total": {"code"}, "henpin_build_info": {"version"}}
    for _, kind, name in re.findall(r'X\((M_\w+),\s*(\w+),\s*"(\w+)"', join(read("common/base/metrics.h"))):
        ends = ["_bucket", "_sum", "_count"] if kind.startswith("HISTOGRAM") else [""]
        names.update({name + end: set() for end in ends})
    for name, labels in re.findall(r'X\(S_\w+,\s*"(\w+)",\s*"([\w,]+)"', join(read("common/base/series.h"))):
        names[name] = set(labels.split(","))
    return names


def queries():
    """(path, query) of every rule and panel."""
    rules = read("deploy/prometheus/henpin.rules.yaml")
    for found in re.finditer(r"^ +expr: (?:>-\n((?: {10}.*\n)+)|(.*)\n)", rules, re.M):
        yield "deploy/prometheus/henpin.rules.yaml", found[1] or found[2]
    for path in sorted(ROOT.glob("deploy/grafana/*.json")):
        def walk(x):
            if isinstance(x, dict):
                for key, value in x.items():
                    if key == "expr" or key == "query" and isinstance(value, str) and "(" in value:
                        yield value
                    else:
                        yield from walk(value)
            elif isinstance(x, list):
                for value in x:
                    yield from walk(value)
        for query in walk(json.loads(path.read_text())):
            yield str(path.relative_to(ROOT)), query


def check_queries():
    names, recorded, n = known(), set(re.findall(r"record: (\S+)", read("deploy/prometheus/henpin.rules.yaml"))), 0
    for path, query in queries():
        n += 1
        for rule in re.findall(r"\bhenpin:[\w:]+", query):
            if rule not in recorded:
                problems.append(f"{path}: no rule records {rule}")
        for name, selector in re.findall(r"\b((?:henpin|kafka)_\w+)(\{[^}]*\})?", query):
            if name not in names:
                problems.append(f"{path}: there is no metric {name}")
                continue
            for label in re.findall(r"(\w+)\s*[=!]", selector):
                if label not in names[name] | SCRAPED:
                    problems.append(f"{path}: {name} has no label {label}")
    if n < 20:
        problems.append(f"deploy: only {n} queries were found: is this check still right?")


def check_alerts():
    rules, cases, runbook = read("deploy/prometheus/henpin.rules.yaml"), read("tests/prometheus/rules.yaml"), read("deploy/RUNBOOK.md")
    headings = {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in re.findall(r"^#+ (.*)$", runbook, re.M)}
    for alert, body in re.findall(r"- alert: (\w+)\n(.*?)(?=\n      - |\Z)", rules, re.S):
        for part in ("summary:", "stake:", "look:", "severity:"):
            if part not in body:
                problems.append(f"deploy/prometheus/henpin.rules.yaml: {alert} has no {part[:-1]}")
        link = re.search(r"runbook_url: deploy/RUNBOOK\.md#([\w-]+)", body)
        if not link or link[1] not in headings:
            problems.append(f"deploy/prometheus/henpin.rules.yaml: {alert} links to no paragraph of deploy/RUNBOOK.md")
        told = re.findall(rf'alertname="{alert}".*\n +exp_samples: \[(.*)\]', cases)
        if not any(told) or all(told):
            problems.append(f"tests/prometheus/rules.yaml: {alert} needs a case in which it fires and one in which it is quiet")
    for link in re.findall(r"\]\(#([\w-]+)\)", runbook):
        if link not in headings:
            problems.append(f"deploy/RUNBOOK.md: #{link} is no heading")


check_queries()
check_alerts()
print("\n".join(problems), end="\n" if problems else "")
sys.exit(1 if problems else 0)
