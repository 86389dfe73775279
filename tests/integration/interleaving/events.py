"""Random orders, returns and inquiries: what a connector might publish about a few dozen orders, good and bad.

A *history* is a list of `Order`: per topic the values of one key in the order in which they are
published. Most orders are in one hand, some in several, line by line. Most say the same in all their events, others contradict
themselves (who fulfils, the lines), are learnt late, or say nothing of their lines later on; what moves on (carrier, tracking, the promise, the delivery) moves; everything else is
random: duplicates, several returns, unknown words, poison, orders that never come.
"""
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from fastavro import parse_schema, schemaless_writer
from fastavro.schema import fingerprint, to_parsing_canonical_form
from fastavro.schema import load_schema

ORDERS, RETURNS, INQUIRIES = "marketplace.orders", "marketplace.returns", "marketplace.inquiries"
NOON_JP = 1795143600000000  # 2026-11-20 12:00 in Tokyo
HOUR = 3600 * 1_000_000
CLASSES = ["general", "apparel", "power_bank", "home_appliance", "medical_device", "aerosol", "glove"]
REASONS = ["CR-DEFECTIVE", "CR-UNWANTED_ITEM", "AMZ-PG-BAD-DESC", "CR-DAMAGED_BY_CARRIER", "", "no such code"]
NAMES = {"amazon.co.jp": ["amazon.co.jp", "A1VC38T7YXB528", "JP"], "amazon.com": ["amazon.com"],
         "amazon.de": ["amazon.de", "DE"], "rakuten.co.jp": ["rakuten.co.jp"], "shop.example": ["shop.example"]}
DANGERS = ["バッテリーが膨らんでいます", "it caught fire and my hand was burned", "mein Akku ist aufgebläht, es hat geraucht",
           "返品した端末に個人情報が残っています", "a complaint, nothing else"]
REFUSED = "refused."  # event ids that begin so are refused by a constraint of the test's


@dataclass
class Order:
    key: str
    values: dict = field(default_factory=lambda: {ORDERS: [], RETURNS: [], INQUIRIES: []})


class Encoder:
    """Avro's single-object encoding with the released schemas, by a library that is not ours."""

    def __init__(self, schema_dir="schemas/avro"):
        self.schemas = {}
        for topic, name in ((ORDERS, "order_event.2"), (RETURNS, "return_event"), (INQUIRIES, "inquiry_event.2")):
            schema = load_schema(str(Path(schema_dir) / f"{name}.avsc"))
            mark = bytes.fromhex(fingerprint(to_parsing_canonical_form(schema), "CRC-64-AVRO"))
            self.schemas[topic] = (b"\xc3\x01" + mark, parse_schema(schema))

    def __call__(self, topic, event):
        head, schema = self.schemas[topic]
        out = BytesIO()
        schemaless_writer(out, schema, event)
        return head + out.getvalue()


def order_lines(rng, is_mixed):
    hands = [None, "SELLER", "MARKETPLACE", "MARKETPLACE", "UNKNOWN"] if is_mixed else [None]
    return [{"line_id": str(n), "sku": f"sku-{n}", "title": None, "quantity": 1, "unit_price_minor": 1200 * n,
             "currency": "JPY", "product_class": rng.choice(CLASSES), "fulfilment": rng.choice(hands),
             "hazards": rng.choice([[], [], ["LITHIUM_ION"]])} for n in range(1, rng.randint(1, 3) + 1)]


def return_lines(rng, lines):
    return [{"line_id": line["line_id"], "sku": line["sku"], "quantity": 1,
             "product_class": rng.choice([None, line["product_class"]]),
             "condition": rng.choice([None, "UNOPENED", "USED", "DEFECTIVE", "DAMAGED", "UNKNOWN"]),
             "hazards": line["hazards"]} for line in rng.sample(lines, rng.randint(1, len(lines)))]


def poison(rng, good):
    """Bytes that cannot be read, and events that cannot be used."""
    return rng.choice([b"", b"\x00", b"\xc3\x01" + bytes(8), rng.randbytes(rng.randint(1, 60)),
                       good[: rng.randint(1, len(good) - 1)], good + b"\x00"])


def changed_lines(rng, lines):
    """The same lines, but for one of what may change: some of it contradicts, some does not."""
    lines = [dict(line) for line in lines]
    line = rng.choice(lines)
    change = rng.randint(0, 7)
    if change == 0:
        line["product_class"] = rng.choice([*CLASSES, ""])
    elif change == 1:
        line["hazards"] = rng.choice([[], ["LITHIUM_ION"], ["LITHIUM_ION", "LITHIUM_ION"], ["AEROSOL", "LITHIUM_ION"]])
    elif change == 2:
        line["quantity"] += 1
    elif change == 3:
        line["title"] = "another"
    elif change == 4 and len(lines) > 1:
        lines.remove(line)
    elif change == 5:
        lines.append(line | {"line_id": "9"})
    elif change == 6:
        line["fulfilment"] = rng.choice([None, "SELLER", "MARKETPLACE", "UNKNOWN"])
    else:
        rng.shuffle(lines)
    return lines


class Generator:
    def __init__(self, rng, encode):
        self.rng, self.encode, self.n_events = rng, encode, 0

    def head(self, order, at):
        self.n_events += 1
        mark = REFUSED if self.rng.random() < 0.02 else ""
        return {"event_id": f"{mark}e{self.n_events}", "occurred_at": at, "observed_at": at + 60_000_000,
                "marketplace": self.rng.choice(NAMES[order["marketplace"]]),
                "seller_id": order["seller"], "order_id": order["id"]}

    def order_event(self, order, kind, at):
        event = self.head(order, at) | order["facts"]
        event |= {"kind": kind, "delivered_at": at if kind == "DELIVERED" else None,
                  "carrier": "yamato" if kind == "SHIPPED" else None,
                  "tracking": self.rng.choice([None, None, f"T{self.n_events}"])}
        if self.rng.random() < 0.2:
            event["latest_delivery_at"] = at + self.rng.randint(1, 99) * HOUR
        if order["changes"] and self.rng.random() < 0.4:
            event["lines"] = changed_lines(self.rng, event["lines"])
        if order["changes"] and self.rng.random() < 0.2:
            event["fulfilment"] = self.rng.choice(["SELLER", "MARKETPLACE", "UNKNOWN"])
            event["ship_from_country"] = self.rng.choice(["CN", "JP", ""])
        if order["is_told"] and self.rng.random() < 0.2:
            event["lines"] = []
        if self.rng.random() < 0.01:
            event["seller_id"] = ""
        order["is_told"] |= event["seller_id"] != "" and not event["event_id"].startswith(REFUSED)
        return self.encode(ORDERS, event)

    def return_event(self, order, return_id, kind, at):
        rng = self.rng
        event = self.head(order, at) | {
            "return_id": return_id, "kind": kind, "reason_code": rng.choice(REASONS),
            "in_policy": rng.choice([None, True, False]), "wanted": rng.choice(["REFUND", "EXCHANGE", "REPAIR", "UNKNOWN"]),
            "lines": return_lines(rng, order["facts"]["lines"]) if rng.random() < 0.8 else [],
            "amount_minor": rng.choice([None, 1200]), "currency": "JPY", "claim_opened": rng.random() < 0.1}
        if rng.random() < 0.02:
            event["occurred_at"] = 0
        return self.encode(RETURNS, event)

    def inquiry_event(self, order, inquiry_id, kind, at):
        """What an event says of its own (topic, language, author) is another thing each time."""
        rng = self.rng
        is_reply = kind == "REPLIED"
        event = self.head(order, at) | {
            "inquiry_id": inquiry_id, "message_id": f"m{self.n_events}", "kind": kind,
            "topic": rng.choice(["DELIVERY", "RETURN", "COMPLAINT", "OTHER", "UNKNOWN"]),
            "language": None if is_reply else rng.choice([None, None, "ja", "de", "xx"]),
            "language_source": rng.choice([None, "DECLARED", "DETECTED"]),
            "reply_author": rng.choice(["HUMAN", "HUMAN", "AUTOMATIC", "UNKNOWN", None]) if is_reply else None,
            "reply_language": rng.choice([None, "ja", "en-GB"]) if is_reply else None,
            "text": rng.choice(DANGERS) if not is_reply and rng.random() < 0.15 else None,
            "line_id": rng.choice([None, None, "1", "2", "9"])}
        return self.encode(INQUIRIES, event)

    def inquiries(self, order, n, start):
        """Conversations that are answered, claimed, asked again, closed and reopened, in part learnt of late."""
        rng, threads = self.rng, []
        for i in range(rng.choice([0, 1, 1, 2])):
            at = start + rng.randint(1, 90) * HOUR
            threads.append([])
            for _ in range(rng.randint(1, 9)):
                at += rng.randint(-3, 30) * HOUR
                kind = rng.choice(["MESSAGE_RECEIVED", "MESSAGE_RECEIVED", "REPLIED", "REPLIED", "CLAIM_OPENED", "CLAIM_INFO_REQUESTED",
                                   "CLAIM_INFO_REQUESTED", "NO_REPLY_NEEDED", "CHARGEBACK", "CLOSED", "REOPENED", "UNKNOWN"])
                threads[-1].append(self.inquiry_event(order, f"I{n}-{i}", kind, at))
        return self.spoil(merge(rng, threads))

    def spoil(self, values):
        """Second copies, not only next to the first, and poison."""
        out = []
        for value in values:
            out.append(value)
            if self.rng.random() < 0.12:
                out.append(self.rng.choice(out))
            if self.rng.random() < 0.04:
                out.append(poison(self.rng, value))
        return out

    def order(self, n):
        rng = self.rng
        start = NOON_JP + rng.randint(-2000, 300) * HOUR // 10
        facts = {"fulfilment": rng.choice(["SELLER"] * 5 + ["MARKETPLACE", "UNKNOWN"]),
                 "ship_from_country": rng.choice(["CN", "JP", "DE", "US"]), "buyer_country": "JP",
                 "buyer_language": rng.choice([None, "ja", "zh"]), "purchased_at": start,
                 "latest_delivery_at": start + 48 * HOUR, "lines": order_lines(rng, rng.random() < 0.3)}
        order = {"id": f"250-{n:07d}" + rng.choice(["", "", "'; \U0001f4e6\""]),
                 "seller": f"S{rng.randint(1, 6)}", "marketplace": rng.choice(list(NAMES)), "facts": facts,
                 "changes": rng.random() < 0.3, "is_told": False}
        made = Order(order["id"])
        if rng.random() < 0.85:  # the others never come
            kinds = ["PLACED", "CONFIRMED", "SHIPPED", "DELIVERED", "UPDATED", "CANCELLED", "UNKNOWN"]
            kinds = kinds[: rng.randint(1, 4)] + rng.sample(kinds[4:], rng.randint(0, 2))
            hours = [i * 5 for i in range(len(kinds))]
            if rng.random() < 0.2:
                rng.shuffle(hours)
            made.values[ORDERS] = self.spoil([self.order_event(order, k, start + hour * HOUR)
                                              for k, hour in zip(kinds, hours)])
        returns = []
        for r in range(rng.choice([0, 1, 1, 1, 2, 3])):
            kinds = ["REQUESTED", "AUTHORIZED", "LABEL_ISSUED", "IN_TRANSIT", "RECEIVED", "INSPECTED",
                     "REFUNDED", "CLOSED", "REOPENED", "REFUNDED", "UNKNOWN"]
            kinds = kinds[: rng.randint(1, len(kinds))]
            if rng.random() < 0.3:
                rng.shuffle(kinds)  # a connector that learns things late
            at = start + 60 * HOUR
            returns.append([])
            for kind in kinds:
                at += rng.randint(-2, 60) * HOUR
                returns[-1].append(self.return_event(order, f"R{n}-{r}", kind, at))
        made.values[RETURNS] = self.spoil(merge(rng, returns))
        made.values[INQUIRIES] = self.inquiries(order, n, start)
        return made

    def history(self, n_orders):
        return [self.order(n) for n in range(n_orders)]


def merge(rng, sequences):
    """One sequence that keeps the order inside each of `sequences`, else random."""
    left = [list(s) for s in sequences if s]
    out = []
    while left:
        chosen = rng.choices(left, weights=[len(s) for s in left])[0]
        out.append(chosen.pop(0))
        left = [s for s in left if s]
    return out
