"""One order and its returns, event by event."""
import random

from events import NOON_JP, ORDERS, RETURNS, Encoder, Generator


class Scene:
    """One order and its returns; event ids and keys are made of the number."""

    def __init__(self, n, seller="S1"):
        self.encode, self.key, self.n = Encoder(), f"250-{n:07d}", n
        self.generator = Generator(random.Random(n), self.encode)
        lines = [{"line_id": "1", "sku": "sku-1", "title": None, "quantity": 1, "unit_price_minor": 1200,
                  "currency": "JPY", "product_class": "general", "hazards": [], "fulfilment": None}]
        self.facts = {"fulfilment": "SELLER", "ship_from_country": "CN", "buyer_country": "JP", "buyer_language": "ja",
                      "purchased_at": NOON_JP, "latest_delivery_at": None, "lines": lines}
        self.id = {"id": self.key, "seller": seller, "marketplace": "amazon.co.jp", "facts": self.facts}

    def order(self):
        head = {"kind": "PLACED", "delivered_at": None, "carrier": None, "tracking": None}
        return self.encode(ORDERS, {**self.generator.head(self.id, NOON_JP), **self.facts, **head, "event_id": f"{self.n}-o"})

    def event(self, name, kind="REQUESTED", return_id="R1", observed=0, sku="sku-1", lines=1):
        listed = [{"line_id": str(i + 1), "sku": sku, "quantity": 1, "product_class": "general", "condition": None,
                   "hazards": []} for i in range(lines)]
        return self.encode(RETURNS, {
            **self.generator.head(self.id, NOON_JP), "event_id": f"{self.n}-{name}", "return_id": return_id, "kind": kind,
            "observed_at": NOON_JP + observed, "reason_code": "CR-DEFECTIVE", "in_policy": True, "wanted": "REFUND",
            "amount_minor": None, "currency": None, "claim_opened": False, "lines": listed})
