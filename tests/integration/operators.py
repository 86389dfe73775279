"""What the suites about operating henpin share: claims, SQL, programs, workers, events.

Each suite has a database, topics and groups of its own, named after TEST_NAME.
"""
import json
import os
import signal
import subprocess
import sys
import time

SLOW = float(os.environ.get("TEST_SLOW", "1"))
NAME = os.environ["TEST_NAME"]
BIN = os.environ["HENPIN_BIN"]
DIR = os.environ["TEST_DIR"]
PG = os.environ["PG_CONNINFO"]
ORDERS, RETURNS, INQUIRIES = f"{NAME}.orders", f"{NAME}.returns", f"{NAME}.inquiries"
TOPICS = {"orders": ORDERS, "returns": RETURNS, "inquiries": INQUIRIES}
ENV = dict(os.environ, HENPIN_POSTGRES=PG, COLUMNS="200")
ENV.pop("SCHEMA_REGISTRY_URL", None)  # schemas come from the directory

failed = 0


def claim(text, holds, seen=None):
    """One line per claim; `seen` explains a failure."""
    global failed
    print(("ok - " if holds else "not ok - ") + text, flush=True)
    if not holds:
        failed += 1
        for line in str(seen if seen is not None else "").splitlines():
            print("# " + line, flush=True)
    return holds


def finish():
    sys.exit(1 if failed else 0)


def sql(query):
    """Rows as lists of text."""
    out = subprocess.run(["psql", "-X", "-Atq", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-d", PG, "-c", query],
                         capture_output=True, text=True, check=False)
    if out.returncode:
        raise RuntimeError(out.stderr)
    return [line.split("\x1f") for line in out.stdout.splitlines()]


def value(query):
    rows = sql(query)
    return rows[0][0] if rows else None


class Result:
    def __init__(self, out):
        self.code, self.out, self.err = out.returncode, out.stdout, out.stderr
        self.all = out.stdout + out.stderr

    def __str__(self):
        return f"exit code {self.code}\n{self.all}"


def henpin(*args, stdin=None, **env):
    """Runs `henpin ARGS`; environment by keyword."""
    out = subprocess.run([f"{BIN}/henpin", *args], input=stdin, capture_output=True, text=True, check=False,
                         env=dict(ENV, **env), timeout=120 * SLOW)
    return Result(out)


def until(holds, seconds=30):
    end = time.monotonic() + seconds * SLOW
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return bool(holds())


class Worker:
    """henpin-SERVICE on its topic, as a process; ends with the block."""

    def __init__(self, service, *args):
        self.service = service
        self.topic = TOPICS[service]
        self.group = f"{NAME}-{service}"
        self.args = args
        self.env = ENV

    def __enter__(self):
        self.log = open(f"{DIR}/{self.service}.log", "a")
        self.process = subprocess.Popen(
            [f"{BIN}/henpin-{self.service}", "--topic", self.topic, "--group", self.group, "--recall-interval", "100ms",
             "--session-timeout", "6s", *self.args], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, env=self.env)
        return self

    def __exit__(self, *unused):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30 * SLOW)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def said(self, event):
        with open(f"{DIR}/{self.service}.log") as f:
            return [json.loads(line) for line in f if f'"{event}"' in line]


def feed(events, *args):
    """Publishes events (dictionaries) to this suite's topics."""
    lines = "".join(json.dumps(e) + "\n" for e in events)
    out = henpin("feed", "--orders-topic", ORDERS, "--returns-topic", RETURNS, "--inquiries-topic", INQUIRIES, *args, "-",
                 stdin=lines)
    if out.code:
        raise RuntimeError(str(out))


def learnt(event):
    """What happened when a suite says so was learnt of then."""
    return dict(event, observed_at=event["occurred_at"])


def order(n, **fields):
    event = {"record": "OrderEvent", "event_id": f"{NAME}-o{n}", "occurred_at": "2026-11-01T00:00:00Z",
             "observed_at": "2026-11-01T00:00:00Z", "marketplace": "amazon.co.jp", "seller_id": "S1",
             "order_id": f"250-{n:07}-0000001", "kind": "PLACED", "fulfilment": "SELLER", "ship_from_country": "DE",
             "buyer_country": "JP", "purchased_at": "2026-11-01T00:00:00Z",
             "lines": [{"line_id": "1", "sku": "A", "quantity": 1, "unit_price_minor": 1000, "currency": "JPY",
                        "product_class": "general"}]}
    return learnt(dict(event, **fields))


def returned(n, **fields):
    event = {"record": "ReturnEvent", "event_id": f"{NAME}-r{n}", "occurred_at": "2026-11-10T00:00:00Z",
             "observed_at": "2026-11-10T00:00:00Z", "marketplace": "amazon.co.jp", "seller_id": "S1",
             "order_id": f"250-{n:07}-0000001", "return_id": f"R{n}", "kind": "REQUESTED", "reason_code": "CR-DEFECTIVE",
             "wanted": "REFUND", "lines": [{"line_id": "1", "sku": "A", "quantity": 1, "condition": "DEFECTIVE"}],
             "claim_opened": False}
    return learnt(dict(event, **fields))


def inquiry(n, **fields):
    event = {"record": "InquiryEvent", "event_id": f"{NAME}-i{n}", "occurred_at": "2026-11-10T00:00:00Z",
             "observed_at": "2026-11-10T00:00:00Z", "marketplace": "amazon.co.jp", "seller_id": "S1",
             "order_id": f"250-{n:07}-0000001", "inquiry_id": f"I{n}", "message_id": "1", "kind": "MESSAGE_RECEIVED",
             "topic": "PRODUCT"}
    return learnt(dict(event, **fields))


def applied(service):
    """Waits until everything in the service's topic is applied by its group. The patience is that of a busy machine:
    it is spent only where something is amiss."""
    topic = TOPICS[service]
    return henpin("ledger", "wait", "--timeout", f"{int(90 * SLOW)}s", f"{NAME}-{service}:{topic}")


def states():
    """How many dead letters are in each state."""
    return dict((state, int(n)) for state, n in sql("SELECT state, count(*) FROM henpin.dead_letter GROUP BY 1"))
