#!/usr/bin/env python3
"""What the UCI Online Retail file must become, worked out from the CSV alone; shares no code with henpin.

    oracle_retail.py [--detail] FILE.csv[.xz]

Prints tab-separated rows, sorted. Without --detail, counts by marketplace and UTC day:

    order       MARKETPLACE  DAY  COUNT
    case        MARKETPLACE  DAY  COUNT         return cases whose order is in the data
    parked      MARKETPLACE  DAY  COUNT         return cases that wait for an order that never comes
    duty        MARKETPLACE  DAY  NAME  HOURS  STATE  COUNT     day of the start; hours from start to due
    escalation  MARKETPLACE  DAY  KIND  LEVEL  COUNT

With --detail, one row for each event:

    order   ORDER   MARKETPLACE COUNTRY OCCURRED_AT LINES PIECES PENCE
    return  RETURN  ORDER MARKETPLACE OCCURRED_AT PENCE LINE:SKU:PIECES,...

The day of an order_unknown is that of the first return that waits: when it is raised depends on the clock. A blocker is raised
by whichever event is read first, so its day is "any".

Events: the rules that services/henpin/FEED.md promises, read afresh: whole file in memory, invoices gathered by number.
Duties and escalations: the marketplaces' terms for a British seller who ships all of it from Great Britain, keeps no address
abroad, shows no Japanese return clause, and has requests only: nothing is ever answered. In brackets the ids of the facts, as
the `source` of the rules in deploy/policy cites them.
"""
import csv
import io
import lzma
import sys
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

LONDON, PARIS = ZoneInfo("Europe/London"), ZoneInfo("Europe/Paris")
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

# What an international return must be answered in: hours, from this day on, until before that one. Amazon's "days" are taken
# as 24 hours each, which no time zone moves.
ALWAYS, FIVE_DAYS = (date.min, date.max), 120
ABROAD = {
    "amazon.co.jp": [(FIVE_DAYS, ALWAYS)],  # [AMZ-XB-10]
    "amazon.com": [(FIVE_DAYS, (date.min, date(2024, 9, 16))), (48, (date(2024, 9, 16), date.max))],  # [AMZ-XB-11]
    "amazon.de": [(FIVE_DAYS, (date.min, date(2025, 8, 11))), (72, (date(2025, 8, 11), date.max))],  # [AMZ-XB-13]
}
# [AMZ-XB-14, AMZ-XB-15] the last general copy names five days for Europe and Canada
ABROAD.update({f"amazon.{d}": [(FIVE_DAYS, ALWAYS)] for d in "es fr it nl com.be ie se pl ca".split()})
# No days are published there: the line is the 48 hours of the late-response metric [AMZ-MET-08, AMZ-ATZ-01]
ABROAD.update({f"amazon.{d}": [(48, ALWAYS)] for d in "com.au sg com.br ae sa co.za".split()})
# At home the seller looks at what Amazon did not authorise itself; the file does not say [AMZ-JP-02, AMZ-MET-08, CK-RMA-48].
AT_HOME = {"amazon.co.uk": [(48, ALWAYS)]}
# A request that names no reason may be a withdrawal, and the law gives 14 days to refund it [EUL-01, EUL-04]; counted as whole
# days on the wall in Paris. The same in the UK is not confirmed and starts nothing [UKL-02].
EU = {f"amazon.{d}" for d in "de es fr it nl com.be ie se pl".split()}
# Needed by a seller from abroad [AMZ-XB-02, AMZ-JP-04] and by every shop in Japan [GEN-02, JPL-02].
BLOCKERS = {"amazon.co.jp": ["return_address.jp", "policy.disclosed"]}
# A reply stands in the store's language [AMZ-MSG-05, GEN-04]. These are spoken at no desk, so a seller from abroad must name people
# who do; this one names none.
LANGUAGES = {"amazon.com.br": "pt", "amazon.com.tr": "tr", "amazon.ae": "ar", "amazon.sa": "ar", "amazon.eg": "ar"}


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


def detail(all_events):
    for kind, e in all_events:
        at = e["at"].strftime("%Y-%m-%dT%H:%M:%SZ")
        if kind == "order":
            yield kind, e["id"], e["marketplace"], e["country"], at, e["lines"], e["pieces"], e["pence"]
        else:
            lines = ",".join(f"{line}:{sku}:{pieces}" for line, sku, pieces, _ in e["lines"])
            yield kind, e["id"], e["order"], e["marketplace"], at, e["pence"], lines


def answer_hours(store, at):
    for hours, (since, until) in (ABROAD | AT_HOME)[store]:
        if since <= at.date() < until:
            return hours
    raise ValueError(f"no rule for {store} at {at}")


def days_later(at, days):
    """The same time on the wall in Paris; one that exists twice or not at all gives the earlier instant."""
    wall = at.astimezone(PARIS).replace(tzinfo=None) + timedelta(days=days)
    return min(wall.replace(tzinfo=PARIS, fold=fold).astimezone(timezone.utc) for fold in (0, 1))


def what_follows(e):
    """(rows of duties, rows of escalations) of one event that is decided.

    An order starts no clock here: nothing is delivered. Goods are general, without hazards: no disposal before they arrive.
    """
    day, store = e["at"].date().isoformat(), e["marketplace"]
    if store == "UNSPECIFIED":  # never guess [C-18]
        return [], [(store, day, "triage", "open")]
    if "order" not in e:
        return [], []
    due = {"answer_return": e["at"] + timedelta(hours=answer_hours(store, e["at"]))}
    if store in EU:
        due["refund_by_law"] = days_later(e["at"], 14)
    return ([(store, day, name, round((at - e["at"]) / timedelta(hours=1)), "open") for name, at in due.items()],
            [(store, day, name, "open") for name in due])


def blockers_of(store):
    return BLOCKERS.get(store, []) + ([f"language.{LANGUAGES[store]}"] if store in LANGUAGES else [])


def counts(all_events):
    found, first_waits = Counter(), {}
    known = {(e["marketplace"], e["id"]) for kind, e in all_events if kind == "order"}
    for kind, e in all_events:
        # An order is known by its store and number: a customer who returns from another country names none there.
        order = e["marketplace"], e.get("order", e["id"])
        kind = kind if kind == "order" else "case" if order in known else "parked"
        found[kind, e["marketplace"], e["at"].date().isoformat()] += 1
        if kind == "parked":
            first_waits[order] = min(e["at"], first_waits.get(order, e["at"]))
            continue
        duties, escalations = what_follows(e)
        found.update(("duty", *row) for row in duties)
        found.update(("escalation", *row) for row in escalations)
        for name in blockers_of(e["marketplace"]):  # once per seller, store and blocker, whatever happens there
            found["escalation", e["marketplace"], "any", name, "raised"] = 1
    for (store, _), at in first_waits.items():
        found["escalation", store, at.date().isoformat(), "order_unknown", "open"] += 1
    for key, n in found.items():
        yield *key, n


def main():
    arguments = sys.argv[1:]
    is_detail = "--detail" in arguments
    files = [a for a in arguments if a != "--detail"]
    if len(files) != 1:
        sys.exit(__doc__)
    rows = (detail if is_detail else counts)(list(events(files[0])))
    for line in sorted("\t".join(map(str, row)) for row in rows):
        print(line)


if __name__ == "__main__":
    main()
