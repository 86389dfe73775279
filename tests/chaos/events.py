"""Input of the trials: orders, returns and inquiries from a seed, encoded with fastavro.

Beside plain events it holds what the promises are about: events sent twice, words that no rule knows, records
that cannot be decoded, events that Postgres refuses, and titles that must never be seen in a log. Every
return's order is there, so that in the end nothing stays parked. `replies` are inquiry events of their own: what the
sellers answered in the end, for trials in which the clock has told something before.
"""
import io
import json
import random
import zlib

import fastavro
import fastavro.schema

SECRET = "HUSH"  # begins every text that a buyer or seller wrote freely
REFUSED = "REFUSED"  # in an id: the trials' databases have a constraint against it
PARTITIONS = 4
BASE_US = 1793491200 * 10**6  # 2026-11-01T00:00:00Z
HOUR_US = 3600 * 10**6
MARKETS = [("amazon.co.jp", "JPY", "JP"), ("amazon.de", "EUR", "DE"), ("amazon.es", "EUR", "ES"),
           ("amazon.com", "USD", "US"), ("rakuten.co.jp", "JPY", "JP"), ("amazon.co.jp", "JPY", "JP")]
UNKNOWN_MARKET = ("a-shop-nobody-registered", "USD", "US")
REASONS = ["CR-DEFECTIVE", "CR-UNWANTED_ITEM", "AMZ-PG-BAD-DESC", "CR-SWITCHEROO", "CR-QUALITY_UNACCEPTABLE",
           "CR-DAMAGED_BY_CARRIER", "A-REASON-NOBODY-REGISTERED"]
CLASSES = ["apparel", "cosmetics", "small_electronics", "general"]
TOPICS = ("orders", "returns", "inquiries", "replies")
CODECS = {"orders": "order", "returns": "return", "inquiries": "inquiry", "replies": "inquiry"}
WRITTEN = [("de", "Die Lieferung ist beschädigt angekommen, ich möchte mich beschweren."), ("ja", "バッテリーが膨らんでいます。返品できますか。"),
           ("es", "¿Dónde está mi pedido? Lo espero desde hace una semana."), ("en", "The charger started to smoke, what shall I do?"),
           (None, "ok"), (None, "Das Paket fehlt noch, bitte schauen Sie nach der Sendung.")]


class Codec:
    """Avro single-object encoding: C3 01, the schema's fingerprint, the body."""

    def __init__(self, path):
        with open(path) as file:
            raw = json.load(file)
        self.schema = fastavro.parse_schema(raw)
        canonical = fastavro.schema.to_parsing_canonical_form(raw)
        self.head = b"\xc3\x01" + bytes.fromhex(fastavro.schema.fingerprint(canonical, "CRC-64-AVRO"))

    def encode(self, event):
        body = io.BytesIO()
        fastavro.schemaless_writer(body, self.schema, event)
        return self.head + body.getvalue()


class Topic:
    """Records of one topic: per partition a list of (key, value), in the order of their offsets."""

    def __init__(self):
        self.partitions = [[] for _ in range(PARTITIONS)]

    def add(self, key, value):
        self.partitions[zlib.crc32(key.encode()) % PARTITIONS].append((key.encode(), value))

    def total(self):
        return sum(len(p) for p in self.partitions)


class Input:
    """`n_orders` orders with their returns and inquiries, some of them poison (`with_poison`); the first return is asked for at `base_us`."""

    def __init__(self, seed, n_orders, with_poison=True, base_us=BASE_US):
        self.random = random.Random(f"{seed}/input")
        self.codecs = {what: Codec(f"schemas/avro/{name}_event.avsc") for what, name in CODECS.items()}
        self.topics = {what: Topic() for what in TOPICS}
        self.with_poison, self.base_us = with_poison, base_us
        self.n_letters = dict.fromkeys(TOPICS, 0)
        self.triaged = []  # return ids that must be triaged
        events = {what: [] for what in TOPICS}
        for k in range(n_orders):
            self.one_order(k, events)
        for what, topic in self.topics.items():
            for _, key, value in sorted(events[what], key=lambda e: e[0]):
                topic.add(key, value)

    def n_duplicates(self, what):
        """Records that say again what an earlier one said."""
        return sum(len(p) - len(set(p)) for p in self.topics[what].partitions)

    def head(self, k, name, at):
        market = self.market
        return {"event_id": f"{name}-{k}", "occurred_at": at, "observed_at": at + 700000,
                "marketplace": market[0], "seller_id": f"A{self.seller:03d}SELLER", "order_id": self.order_id}

    def one_order(self, k, events):
        r = self.random
        self.market = UNKNOWN_MARKET if r.random() < 0.02 else r.choice(MARKETS)
        self.seller = r.randrange(30)
        self.order_id = f"{100 + k % 900}-{r.randrange(10**7):07d}-{k:07d}"
        at = self.base_us - 10 * 24 * HOUR_US + k * HOUR_US // 10
        place = k + r.random() * 40  # where in the topic: orders and returns are read in a mixed order
        for i, kind in enumerate(["PLACED"] + (["SHIPPED"] if r.random() < 0.3 else [])):
            value = self.codecs["orders"].encode(self.order(k, kind, i, at))
            for _ in range(2 if r.random() < 0.05 else 1):
                events["orders"].append((place + i * 5, self.order_id, value))
        self.poison(k, events, place, "orders")
        if r.random() < 0.7 or k % 200 == 100:
            self.one_return(k, events, k + r.random() * 40)
        if r.random() < 0.4 or k % 200 == 100:
            self.one_inquiry(k, events, k + r.random() * 40)

    def order(self, k, kind, i, at):
        r = self.random
        market, currency, country = self.market
        line = {"line_id": "1", "sku": f"S{k}", "title": f"{SECRET} birthday gift for a person, {k}", "quantity": 1,
                "unit_price_minor": r.randrange(500, 90000), "currency": currency,
                "product_class": r.choice(CLASSES), "hazards": []}
        event = self.head(k, f"o{i}", at + i * 5 * HOUR_US)
        is_ours = self.market is UNKNOWN_MARKET or r.random() > 0.1
        return {**event, "kind": kind, "fulfilment": "SELLER" if is_ours else "MARKETPLACE",
                "ship_from_country": "CN", "buyer_country": country, "purchased_at": at,
                "latest_delivery_at": at + 7 * 24 * HOUR_US, "lines": [line]}

    def one_return(self, k, events, place):
        r = self.random
        kinds = ["REQUESTED", "DECLINED" if r.random() < 0.1 else "AUTHORIZED", "RECEIVED", "INSPECTED", "REFUNDED"]
        kinds = kinds[:r.randrange(1, 6)]
        if r.random() < 0.02 or k == 50:
            kinds.append("UNKNOWN")
        reason, wanted, stride = r.choice(REASONS), r.choice(["REFUND", "EXCHANGE", "REPAIR"]), r.random() * 30
        if self.market is UNKNOWN_MARKET or "UNKNOWN" in kinds:
            self.triaged.append(f"RMA-{k}")
        for step, kind in enumerate(kinds):
            at = self.base_us + k * HOUR_US // 10 + step * 26 * HOUR_US
            line = {"line_id": "1", "sku": f"S{k}", "quantity": 1, "product_class": None, "hazards": [],
                    "condition": r.choice(["UNOPENED", "USED", "DAMAGED"]) if step >= 2 else None}
            event = {**self.head(k, f"r{step}", at), "return_id": f"RMA-{k}", "kind": kind, "reason_code": reason,
                     "in_policy": r.random() < 0.5, "wanted": wanted, "lines": [line],
                     "amount_minor": r.randrange(500, 90000), "currency": self.market[1], "claim_opened": False}
            value = self.codecs["returns"].encode(event)
            for again in range(2 if r.random() < 0.05 else 1):
                events["returns"].append((place + step * stride + again * 10, self.order_id, value))
        self.poison(k, events, place, "returns")

    def one_inquiry(self, k, events, place):
        r = self.random
        kinds = ["MESSAGE_RECEIVED"] + r.choices(
            ["MESSAGE_RECEIVED", "REPLIED", "NO_REPLY_NEEDED", "CLAIM_OPENED", "CLAIM_INFO_REQUESTED", "CHARGEBACK", "CLOSED",
             "REOPENED", "UNKNOWN"], [6, 6, 1, 1, 1, 0.3, 1, 1, 0.2], k=r.randrange(4))
        begins, stride, written = self.base_us + k * HOUR_US // 10, r.random() * 30, r.choice(WRITTEN)
        for step, kind in enumerate(kinds):
            value = self.codecs["inquiries"].encode(self.inquiry(k, step, kind, begins + step * 7 * HOUR_US, written))
            for again in range(2 if r.random() < 0.05 else 1):
                events["inquiries"].append((place + step * stride + again * 10, self.order_id, value))
        if r.random() < 0.6:  # days later, when the clock has told something
            event = self.inquiry(k, 9, "REPLIED", begins + 9 * 24 * HOUR_US, written, "HUMAN")
            events["replies"].append((place, self.order_id, self.codecs["replies"].encode(event)))
        self.poison(k, events, place, "inquiries")

    def inquiry(self, k, step, kind, at, written, author=None):
        r, (language, words) = self.random, written
        is_reply = kind == "REPLIED"
        return {**self.head(k, f"i{step}", at), "inquiry_id": f"INQ-{k}", "message_id": str(step), "kind": kind,
                "topic": r.choice(["PRODUCT", "DELIVERY", "RETURN", "COMPLAINT"]),
                "language": None if is_reply else language, "language_source": "DECLARED" if language and not is_reply else None,
                "reply_author": (author or r.choice(["HUMAN", "HUMAN", "AUTOMATIC", "MACHINE_TRANSLATION"])) if is_reply else None,
                "reply_language": language if is_reply else None,
                "text": None if kind in ("CLOSED", "NO_REPLY_NEEDED") else f"{words} {SECRET}"}

    def poison(self, k, events, place, what):
        r = self.random
        is_certain = k % 200 == 100  # each input has some that only Postgres finds
        if not self.with_poison or (r.random() > 0.025 and not is_certain):
            return
        good = self.codecs[what].encode(self.refused(k, what))
        value = good if is_certain else r.choice([
            good,  # Postgres refuses it
            good,
            good[:len(good) // 2],
            good[:10] + good[10:].replace(SECRET.encode(), b"\xff\xfe\xfd\xfc") + b"more",
            b"\xc3\x01" + bytes(r.randrange(256) for _ in range(40)),  # a schema that nobody knows
            SECRET.encode() + b" is no Avro",
            b"",
        ])
        events[what].append((place, self.order_id, value))
        self.n_letters[what] += 1

    def refused(self, k, what):
        kept, self.order_id = self.order_id, f"{REFUSED}-{k}" if what == "orders" else self.order_id
        if what == "orders":
            event = self.order(k, "PLACED", 9, self.base_us)
        elif what == "inquiries":
            event = {**self.inquiry(k, 8, "MESSAGE_RECEIVED", self.base_us, WRITTEN[0]), "inquiry_id": f"{REFUSED}-{k}"}
        else:
            event = {**self.head(k, "r9", self.base_us), "return_id": f"{REFUSED}-{k}", "kind": "REQUESTED",
                     "reason_code": f"{SECRET} it does not fit my child", "wanted": "REFUND", "lines": [],
                     "claim_opened": False}
        self.order_id = kept
        return event
