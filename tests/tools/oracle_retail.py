#!/usr/bin/env python3
"""What the UCI Online Retail file must become, worked out from the CSV alone; shares no code with henpin.

    oracle_retail.py [--detail] FILE.csv[.xz]

Prints tab-separated rows, sorted. Without --detail, counts by marketplace and UTC day:

    order   MARKETPLACE  DAY  COUNT
    case    MARKETPLACE  DAY  COUNT        return cases whose order is in the data
    parked  MARKETPLACE  DAY  COUNT        return cases that wait for an order that never comes

With --detail, one row for each event:

    order   ORDER   MARKETPLACE COUNTRY OCCURRED_AT LINES PIECES PENCE
    return  RETURN  ORDER MARKETPLACE OCCURRED_AT PENCE LINE:SKU:PIECES,...

The rules are those that services/henpin/FEED.md promises, read afresh: whole file in memory, invoices gathered by number.
"""
import csv
import io
import lzma
import sys
from collections import Counter
from datetime import datetime, timezone
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
NOT_GOODS = set("POST DOT M m D S B C2 CRUK AMAZONFEE".split()) | {"BANK CHARGES"}

# country in the file: (code, Amazon's domain there; "" buys at the seller's home store, None unknown)
COUNTRIES = dict([
    ("United Kingdom", ("GB", "co.uk")), ("EIRE", ("IE", "ie")), ("Germany", ("DE", "de")),
    ("France", ("FR", "fr")), ("Spain", ("ES", "es")), ("Italy", ("IT", "it")),
    ("Netherlands", ("NL", "nl")), ("Belgium", ("BE", "com.be")), ("Sweden", ("SE", "se")),
    ("Poland", ("PL", "pl")), ("Japan", ("JP", "co.jp")), ("Australia", ("AU", "com.au")),
    ("Singapore", ("SG", "sg")), ("USA", ("US", "com")), ("Canada", ("CA", "ca")),
    ("Brazil", ("BR", "com.br")), ("United Arab Emirates", ("AE", "ae")),
    ("Saudi Arabia", ("SA", "sa")), ("RSA", ("ZA", "co.za")),
    ("European Community", ("EU", None)), ("Unspecified", ("ZZ", None)),
] + [(name, (code, "")) for name, code in {
    "Switzerland": "CH", "Portugal": "PT", "Norway": "NO", "Channel Islands": "JE", "Finland": "FI",
    "Cyprus": "CY", "Austria": "AT", "Denmark": "DK", "Israel": "IL", "Hong Kong": "HK",
    "Iceland": "IS", "Greece": "GR", "Malta": "MT", "Lebanon": "LB", "Lithuania": "LT",
    "Czech Republic": "CZ", "Bahrain": "BH"}.items()])


def store_of(country):
    domain = COUNTRIES[country][1]
    return "UNSPECIFIED" if domain is None else "amazon." + (domain or "co.uk")


def pence(pounds):
    return int((Decimal(pounds) * 100).quantize(Decimal(1), ROUND_HALF_UP))


def instant(local):
    """London's wall time -> UTC. Of a time that exists twice, the earlier."""
    return datetime.fromisoformat(local).replace(tzinfo=LONDON, fold=0).astimezone(timezone.utc)


def invoices(path):
    """(number, rows) in the order of their first lines."""
    raw = lzma.open(path, "rb") if path.endswith(".xz") else open(path, "rb")
    found = {}
    with io.TextIOWrapper(raw, encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            found.setdefault(row["InvoiceNo"], []).append(row)
    return found.items()


def events(path):
    """Yields ("order", ...) and ("return", ...) dictionaries."""
    bought = {}  # (customer, article) -> (order, line)
    for number, rows in invoices(path):
        first = rows[0]
        if number[0] == "A" or all(not r["CustomerID"] and Decimal(r["UnitPrice"]) == 0 for r in rows):
            continue
        goods = [(n, r) for n, r in enumerate(rows, 1) if r["StockCode"] not in NOT_GOODS]
        common = {"marketplace": store_of(first["Country"]), "at": instant(first["InvoiceDate"]),
                  "country": COUNTRIES[first["Country"]][0]}
        if number[0] != "C":
            if goods:
                yield "order", dict(common, id=number, lines=len(goods),
                                    pieces=sum(int(r["Quantity"]) for _, r in goods),
                                    pence=sum(int(r["Quantity"]) * pence(r["UnitPrice"]) for _, r in goods))
            if first["CustomerID"]:
                for n, r in goods:
                    bought[first["CustomerID"], r["StockCode"]] = number, n
            continue
        by_order = {}
        for n, r in goods:
            where = bought.get((first["CustomerID"], r["StockCode"])) if first["CustomerID"] else None
            order, line = where or ("unknown-" + number, n)
            by_order.setdefault(order, []).append((line, r["StockCode"], -int(r["Quantity"]), pence(r["UnitPrice"])))
        for n, (order, lines) in enumerate(by_order.items(), 1):
            yield "return", dict(common, id=number if n == 1 else f"{number}.{n}", order=order, lines=lines,
                                 pence=sum(pieces * price for _, _, pieces, price in lines))


def detail(path):
    for kind, e in events(path):
        at = e["at"].strftime("%Y-%m-%dT%H:%M:%SZ")
        if kind == "order":
            yield kind, e["id"], e["marketplace"], e["country"], at, e["lines"], e["pieces"], e["pence"]
        else:
            lines = ",".join(f"{line}:{sku}:{pieces}" for line, sku, pieces, _ in e["lines"])
            yield kind, e["id"], e["order"], e["marketplace"], at, e["pence"], lines


def counts(path):
    found = Counter()
    for kind, e in events(path):
        if kind == "return":
            kind = "parked" if e["order"].startswith("unknown-") else "case"
        found[kind, e["marketplace"], e["at"].date().isoformat()] += 1
    for key, n in found.items():
        yield *key, n


def main():
    arguments = sys.argv[1:]
    is_detail = "--detail" in arguments
    files = [a for a in arguments if a != "--detail"]
    if len(files) != 1:
        sys.exit(__doc__)
    rows = detail(files[0]) if is_detail else counts(files[0])
    for line in sorted("\t".join(map(str, row)) for row in rows):
        print(line)


if __name__ == "__main__":
    main()
