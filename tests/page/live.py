"""A henpin-lag that watches a real Kafka and a real Postgres, for live.js; tests/page/run calls it with the servers' addresses.

    live.py CHROMIUM OUT

Two topics with workers, of which one stops and leaves returns behind it; a group of another program; a dead letter, blockers, another
policy. Wherever a name may be anything that somebody chose, one is markup (EVIL): a group, a topic of the ledger, a desk, a code, a
blocker, a revision's label.
"""
import json
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE + "/../integration")
from operators import ORDERS, RETURNS, SLOW, Worker, applied, claim, feed, finish, henpin, order, returned, sql, until
from watching import Lag

from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

CHROMIUM, OUT = sys.argv[1:]
EVIL = "<img src=x onerror=\"window.harmed=1\"><b>\"&amp;</b>"
BROKERS = os.environ["KAFKA_BOOTSTRAP_SERVERS"]


def at(seconds_ago):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - seconds_ago))


def returns(start, n):
    return [returned(k, occurred_at=at(600), amount_minor=5000, currency="JPY") for k in range(start, start + n)]


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


assert henpin("migrate").code == 0
admin = AdminClient({"bootstrap.servers": BROKERS})
for f in admin.create_topics([NewTopic(ORDERS, 2, 1), NewTopic(RETURNS, 2, 1)]).values():
    f.result(60)
feed([order(n) for n in range(40)] + returns(0, 20))
producer = Producer({"bootstrap.servers": BROKERS})
producer.produce(ORDERS, b"no Avro", b"k")
assert producer.flush(30) == 0
with Worker("returns"):
    with Worker("orders"):
        assert applied("orders").code == 0 and applied("returns").code == 0
consumer = Consumer({"bootstrap.servers": BROKERS, "group.id": EVIL, "enable.auto.commit": False})
consumer.commit(offsets=[TopicPartition(ORDERS, 0, 1)], asynchronous=False)
consumer.close()
evil = quoted(EVIL)
sql(f"INSERT INTO henpin.ledger (consumer_group, topic, partition, first_offset, next_offset, kind, records)"
    f" VALUES ('henpin-orders', {evil}, 0, -1, 5, 'start', 0)")
sql(f"UPDATE henpin.duty SET desk = {evil} WHERE duty_id IN (SELECT duty_id FROM henpin.duty WHERE case_kind = 'return' AND act_by_at"
    " IS NOT NULL LIMIT 3)")
sql(f"INSERT INTO henpin.dead_letter SELECT (jsonb_populate_record(d, jsonb_build_object('code', {evil}, 'source_offset', 900))).*"
    " FROM henpin.dead_letter d LIMIT 1")
sql(f"INSERT INTO henpin.blocker SELECT (jsonb_populate_record(b, jsonb_build_object('blocker', {evil}, 'desk', {evil}, 'blocker_id',"
    " gen_random_uuid(), 'state', 'raised'))).* FROM henpin.blocker b LIMIT 1")
sql(f"UPDATE henpin.policy_revision SET label = {evil}")
with Worker("orders"), Lag("--interval", "1s") as lag:
    feed(returns(20, 20))
    claim("what waits puts deadlines at risk", until(lambda: lag.way(f"{os.environ['TEST_NAME']}-returns", RETURNS).get("at_risk"), 60),
          lag.get("/lag.json"))
    said = json.loads(lag.get("/lag.json"))
    claim("every table of the page has something to show", all(said[k] for k in ("ways", "dead_letters", "blockers", "revisions")), said)
    looked = subprocess.run(["node", f"{HERE}/live.js", CHROMIUM, OUT, f"http://127.0.0.1:{lag.port}", EVIL], check=False,
                            timeout=200 * SLOW)
    claim("the browser found nothing wrong", looked.returncode == 0)
finish()
