"""The trials. Each is a function of a Trial that disturbs and then lets the workers finish; its sentence is what the
comparison afterwards proves. TRIALS lists them with the share that the short form runs.
"""
import re
import signal
import subprocess
import threading
import time

import clocks
import steps
from events import SECRET
from world import SERVICES, Failure, until

POINTS = ("after-claim", "in-assign", "load-sent", "after-ledger", "after-load", "before-write", "mid-write",
          "before-commit", "commit-sent", "after-commit", "rolled-back", "recall-found", "words-read")
ONLY = {"recall-found": "returns", "words-read": "inquiries"}  # a point that one service alone comes by
REACHED_S = 8  # a point that a run does not come by (nothing to recall ...) is left after this


# ---- kill -9 ----

def kill_at(t, service, points):
    """Kills one worker at each point in turn; static membership, so that the next goes on at once."""
    reached = 0
    for point in points:
        passage = 1 if point in ("after-claim", "in-assign", "rolled-back") else t.random.randint(1, 4)
        worker = t.spawn_static(service, batch_max=8, faults={"HENPIN_CRASH_AT": f"{point}:{passage}"})
        deadline = time.monotonic() + REACHED_S
        while worker.is_alive() and time.monotonic() < deadline and not t.is_read(service):
            time.sleep(0.02)
        reached += not worker.is_alive()
        worker.kill()
    return reached


def crash_points(t):
    """a worker killed at every crash point leaves the tables of an undisturbed run"""
    reached = 0
    for service in SERVICES:
        points = [p for p in POINTS if ONLY.get(p, service) == service]
        t.random.shuffle(points)
        points.sort(key=lambda p: p != "after-claim")  # which only a group's first worker passes
        reached += kill_at(t, service, points)
    t.claim(reached >= 20, f"only {reached} crash points were reached")
    t.finish()


def random_kills(t, n=12):
    """workers killed at random instants leave the tables of an undisturbed run"""
    for _ in range(n):
        for service in SERVICES:
            if not t.alive(service):
                t.spawn_static(service, batch_max=t.random.choice([1, 3, 10]))
        t.pause(0.05, 0.9)
        victim = t.random.choice(t.alive())
        victim.kill()
    t.finish()


def group_kills(t):
    """of three workers two are killed; the third takes over after the session timeout"""
    trio = [t.spawn("returns", batch_max=4, lanes=1) for _ in range(3)]
    t.spawn("orders", batch_max=4)
    t.wait_for_share("returns", 0.05)
    for victim in t.random.sample(trio, 2):
        victim.kill()
    t.finish()


# ---- zombies ----

def zombie(t, point="before-commit"):
    """a worker frozen past its session timeout is fenced when it wakes: every order is counted in one committed batch"""
    frozen = t.spawn("orders", batch_max=10, lanes=1, faults={"HENPIN_STOP_AT": f"{point}:3"})
    until(20, f"frozen at {point}", frozen.is_stopped)
    heir = t.spawn("orders", batch_max=40, lanes=1)
    until(30, "the heir has partitions", lambda: "partition.assigned" in heir.log())
    time.sleep(1)
    frozen.signal(signal.SIGCONT)
    until(60, "orders read", lambda: t.is_read("orders"))
    time.sleep(0.5)
    count_orders(t, may_miss=True)
    t.finish()


def zombie_after_load(t):
    """a worker frozen before it writes, awake again, writes nothing twice"""
    zombie(t, "after-load")


def deaf_zombie(t):
    """a worker that goes on with what it had read, not knowing that others have applied it: the ledger refuses its batches"""
    deaf = t.spawn("orders", ["revocation"], batch_max=10, lanes=1, faults={"HENPIN_STOP_AT": "after-commit:3"})
    until(20, "frozen", deaf.is_stopped)
    t.spawn("orders", batch_max=100)
    until(60, "the heir has read everything", lambda: t.is_read("orders"))
    deaf.signal(signal.SIGCONT)
    time.sleep(3)
    t.claim("batch.fenced" in deaf.log(), "the ledger did not refuse the zombie's batches")
    count_orders(t)
    t.finish()


def killed_on_the_way_out(t):
    """a worker killed while it gives its partitions back, and one killed while it learns that others did its work"""
    leaver = t.spawn("returns", batch_max=4, lanes=1, faults={"HENPIN_CRASH_AT": "in-revoke:1"})
    t.wait_for_share("returns", 0.02)
    t.spawn("returns", batch_max=10)
    until(30, "the leaver is killed", lambda: not leaver.is_alive())
    leaver.killed = True
    deaf = t.spawn("orders", ["revocation"], batch_max=10, lanes=1,
                   faults={"HENPIN_STOP_AT": "after-commit:3", "HENPIN_CRASH_AT": "in-realign:1"})
    until(20, "frozen", deaf.is_stopped)
    t.spawn("orders", batch_max=100)
    until(60, "the heir has read everything", lambda: t.is_read("orders"))
    deaf.signal(signal.SIGCONT)
    until(30, "the zombie is killed", lambda: not deaf.is_alive())
    deaf.killed = True
    t.finish()


def one_row_a_range(t):
    """two transactions that write the same range into the ledger at the same time: one of them fails"""
    t.finish()
    row = ("INSERT INTO henpin.ledger (consumer_group, topic, partition, first_offset, next_offset, kind, records)"
           " VALUES ('g', 't', 0, {}, {}, '{}', 0)")
    t.world.sql(t.database, row.format(-1, 0, "start"))
    both = [threading.Thread(target=t.world.try_sql, args=(t.database, f"BEGIN; {row.format(0, 5, 'batch')};"
                             " SELECT pg_sleep(0.5); COMMIT")) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()


def frozen_for_ever(t):
    """a worker that never wakes holds up nobody: the heir finishes without it"""
    frozen = t.spawn("returns", batch_max=10, lanes=1, statement_timeout="5s",
                     faults={"HENPIN_STOP_AT": "before-commit:3"})
    until(20, "frozen", frozen.is_stopped)
    t.spawn("returns")
    t.spawn("orders")
    until(90, "everything applied without it", t.is_complete)
    t.claim(frozen.is_stopped(), "the frozen worker was awake")
    t.finish()


def count_orders(t, may_miss=False):
    """What the workers counted as committed is each record once. (Orders are never parked; none may have been killed.)
    A worker that lost its partitions while it committed does not learn whether that succeeded: `may_miss`."""
    counted = {"applied": 0, "duplicate": 0, "rejected": 0}
    for worker in t.alive("orders"):
        metrics = worker.metrics()
        for what in counted:
            counted[what] += int(metrics.get(f"henpin_messages_{what}_total", 0))
    total = sum(counted.values())
    t.claim(total <= t.size("orders") and (may_miss or total == t.size("orders")),
            f"{total} messages were counted as committed ({counted}), the topic has {t.size('orders')}")


# ---- outages ----

def postgres_restarts(t):
    """Postgres killed and restarted in the middle of batches"""
    for service in SERVICES:
        t.spawn(service, batch_max=8)
    t.wait_for_share("returns", 0.1)
    t.world.servers("kill", t.world.name, "postgres")
    t.world.resume("postgres")
    t.pause(0.3, 1.5)
    t.world.servers("restart", t.world.name, "postgres")
    t.finish()


def commits_cut(t):
    """the connection cut around COMMIT: before it is sent, after it is sent, before its answer comes"""
    def choose():
        return t.random.choice([None, None, "before", "sent", "answer"]) if t.world.postgres_proxy.n_cut < limit else None
    limit = t.world.postgres_proxy.n_cut + 25
    t.is_proxied = True
    t.world.postgres_proxy.on_commit = choose
    for service in SERVICES:
        t.spawn(service, batch_max=12)
    until(90, "25 commits cut", lambda: t.world.postgres_proxy.n_cut >= limit or t.is_complete())
    t.claim(limit - t.world.postgres_proxy.n_cut < 15, "fewer than 10 commits were cut")
    until(60, "orders read", lambda: t.is_read("orders"))
    time.sleep(0.5)
    count_orders(t)
    t.finish()


def kafka_restarts(t):
    """Kafka asked to stop and restarted, then killed and restarted"""
    for service in SERVICES:
        t.spawn(service, batch_max=4)
    t.wait_for_share("orders", 0.05)
    for grace_s in (8, 0):  # a single node may take longer to leave itself: then it is killed half way
        if grace_s:
            t.world.servers("signal", t.world.name, "kafka", "TERM")
            time.sleep(grace_s)
        t.world.servers("kill", t.world.name, "kafka")
        t.pause(0, 1)
        t.world.resume("kafka")
        t.pause(0.5, 1.5)
    t.finish()


def bad_network(t):
    """delays, stalls and resets between the workers, Postgres and Kafka"""
    proxies = (t.world.postgres_proxy, t.world.kafka_proxy)
    t.is_proxied = True
    for service in SERVICES:
        t.spawn(service, batch_max=10)
    for _ in range(6):
        proxy = t.random.choice(proxies)
        what = t.random.choice(["delay", "stall", "reset", "refuse"])
        if what == "delay":
            proxy.delay_s = t.random.uniform(0.005, 0.1)
        elif what == "stall":
            proxy.is_stalled = True
        else:
            proxy.is_refusing = what == "refuse"
            proxy.cut_all()
        t.pause(0.2, 1.5)
        proxy.heal()
        t.check_alive()
    t.finish()


# ---- rebalances ----

def rebalance(t, assignor):
    t.spawn("orders", batch_max=6, assignor=assignor)
    for _ in range(7):
        members = t.alive("returns")
        if len(members) < 1 or (len(members) < 3 and t.random.random() < 0.6):
            t.spawn("returns", batch_max=t.random.choice([2, 6]), assignor=assignor)
        else:
            leaver = t.random.choice(members)
            if t.random.random() < 0.3:
                leaver.kill()
            else:
                leaver.stop()
        t.pause(0.2, 1.2)
    t.finish(assignor=assignor)


def rebalance_range(t):
    """workers that join and leave while busy, partitions dealt out by range"""
    rebalance(t, "range")


def rebalance_cooperative(t):
    """workers that join and leave while busy, partitions dealt out by cooperative-sticky"""
    rebalance(t, "cooperative-sticky")


# ---- single promises ----

def restart_reads_once(t):
    """a restarted worker continues where the ledger says: nothing is read twice, nobody is fenced"""
    for service in SERVICES:
        first = t.spawn_static(service, batch_max=10)
        t.wait_for_share(service, 0.3)
        first.kill()
        t.spawn_static(service)
    t.finish()
    for worker in t.workers:
        t.claim("batch.fenced" not in worker.log(), f"{worker.service}: a batch was fenced though nobody competed")


def undisturbed_once_more(t):
    """all workers at the same time, orders, returns and inquiries in any order: the tables of one after the other"""
    for service in SERVICES:
        t.spawn(service)
    t.finish()


def meet_at_order(t):
    """a return that finds no order and the order itself, both transactions open: the return is decided"""
    # Without poison: a batch that is rolled back for another reason would look again, and find the order.
    returns = t.spawn("returns", batch_max=500, lanes=1, faults={"HENPIN_STOP_AT": "before-write:1"})
    until(20, "the returns worker holds its transaction open", returns.is_stopped)
    t.spawn("orders", batch_max=1000, lanes=1)
    time.sleep(2)
    returns.signal(signal.SIGCONT)
    t.finish(20)


def poison_is_one_message(t):
    """each poison record is one dead letter, with code and reason, and its neighbours are applied"""
    for service in SERVICES:
        t.spawn(service, batch_max=100, lanes=1)
    t.finish()
    found = dict(t.world.sql(t.database, "SELECT source_topic, count(*) FROM henpin.dead_letter GROUP BY 1"))
    for service in SERVICES:
        n = int(found.get(t.topic(service), 0))
        t.claim(n == t.data.n_letters[service], f"{n} dead letters of {service}, {t.data.n_letters[service]} are poison")
    blank = t.world.sql(t.database, "SELECT count(*) FROM henpin.dead_letter WHERE code = '' OR reason = '' OR"
                                    " record_value IS NULL AND code <> 'frame_empty'")[0][0]
    t.claim(blank == "0", f"{blank} dead letters lack code, reason or bytes")
    bisected = sum("batch.bisected" in w.log() for w in t.workers)
    t.claim(bisected == len(SERVICES), "no batch had to be bisected: the input holds nothing that Postgres refuses")


def unknown_is_triaged(t):
    """a marketplace or kind of event that nobody knows is triaged, never decided by default"""
    t.finish()
    found = {row[0] for row in t.world.sql(
        t.database, "SELECT DISTINCT c.return_id FROM henpin.return_case c JOIN henpin.escalation_event e"
                    " ON e.case_id = c.case_id WHERE e.kind = 'triage'")}
    missing = [r for r in t.data.triaged if r not in found]
    t.claim(t.data.triaged, "the input holds nothing unknown")
    t.claim(not missing, f"{len(missing)} of {len(t.data.triaged)} are not triaged: {missing[:3]}")


def nothing_private_is_told(t):
    """no text of an event appears in logs, metrics or the reasons of dead letters"""
    for service in SERVICES:
        t.spawn_static(service, log_level="debug")
    until(60, "everything read", t.is_complete)
    for worker in t.alive():
        t.claim(SECRET not in worker.metrics_text(), f"henpin-{worker.service} shows it in /metrics")
    t.finish()
    for worker in t.workers:
        lines = [line for line in worker.log().split("\n") if SECRET in line]
        t.claim(not lines, f"{len(lines)} lines of henpin-{worker.service}'s log, the first: {lines and lines[0][:300]}")
    told = t.world.sql(t.database, "SELECT reason FROM henpin.dead_letter WHERE strpos(code || reason || hint,"
                                   f" '{SECRET}') > 0 LIMIT 1")
    t.claim(not told, f"in the reason of a dead letter: {told and told[0]}")
    rejected = sum("message.rejected" in w.log() for w in t.workers)
    t.claim(rejected == len(SERVICES), "the logs do not speak of rejected messages, so nothing was tried")


# ---- records that are gone: topics of their own ----

def stopped_text(t, worker):
    def find():
        t.check_alive()
        return re.search(r"partition\.stopped.*", worker.log())
    return until(30, "the worker says that a partition is stopped", find)[0]


def half_read(t, service="orders"):
    """A worker that leaves when every partition is begun; the position of each."""
    worker = t.spawn(service, batch_max=5, lanes=1, faults={"HENPIN_STOP_AT": "after-commit:25"})
    until(30, "25 batches applied", worker.is_stopped)
    worker.kill()
    return {p: n for (s, p), n in t.positions().items() if s == service}


def others_finish(t, service, stopped, sizes):
    def are_done():
        t.check_alive()
        at = t.positions()
        return all(at[service, p] == n for p, n in enumerate(sizes) if p != stopped)
    until(30, "the other partitions are read to their end", are_done)


def accept(t, *words):
    run = subprocess.run([f"{t.world.bin}/henpin", "ledger", "accept", "--postgres", t.world.conninfo_of(t.database),
                          "--bootstrap-servers", t.world.brokers, "--group", t.group("orders"), "--topic",
                          t.topic("orders"), "--yes", *words], text=True, capture_output=True, stdin=subprocess.DEVNULL)
    if run.returncode:
        raise Failure(f"henpin ledger accept: {run.stderr or run.stdout}")


def retention(t):
    """records deleted before they were read: the worker says exactly how many, stops that partition alone, and goes on
    when the loss is accepted"""
    at = half_read(t)
    sizes = [len(p) for p in t.data.topics["orders"].partitions]
    victim = min(at, key=at.get)
    low = at[victim] + 37
    t.world.delete_records(t.topic("orders"), victim, low)
    worker = t.spawn("orders")
    said = stopped_text(t, worker)
    t.claim(f"37 records, offsets {at[victim]} to {low - 1}," in said, f"it says: {said}")
    others_finish(t, "orders", victim, sizes)
    t.claim(t.positions()["orders", victim] == at[victim], "the stopped partition moved on by itself")
    accept(t, "--partition", str(victim), "--to", str(low))
    until(30, "the rest is read", lambda: t.positions()["orders", victim] == sizes[victim])
    t.stop_all()
    gone = t.world.sql(t.database, "SELECT kind, first_offset, next_offset, records FROM henpin.ledger WHERE"
                                   f" kind NOT IN ('start', 'batch') AND partition = {victim}")
    t.claim(gone == [["accepted_loss", str(at[victim]), str(low), "37"]], f"the ledger says of the loss: {gone}")
    seen = applied_offsets(t)
    wanted = {(p, o) for p, n in enumerate(sizes) for o in range(n)}
    wanted -= {(victim, o) for o in range(at[victim], low)}
    t.claim(not seen - wanted, f"applied though they are gone: {sorted(seen - wanted)[:5]}")
    t.claim(len(wanted - seen) <= t.data.n_duplicates("orders"), f"not applied: {len(wanted - seen)} records")


def applied_offsets(t):
    rows = t.world.sql(t.database, f"SELECT source_partition, source_offset FROM henpin.decision WHERE source_topic ="
                                   f" '{t.topic('orders')}' UNION ALL SELECT source_partition, source_offset FROM"
                                   " henpin.dead_letter")
    t.claim(len(rows) == len(set(map(tuple, rows))), "a record was applied twice")
    return {(int(p), int(o)) for p, o in rows}


def topic_recreated(t):
    """a topic created anew is noticed before anything is skipped, though it is longer than what was read"""
    at = half_read(t)
    t.world.delete_topic(t.topic("orders"))
    t.world.create_topic(t.topic("orders"))
    for partition in t.data.topics["orders"].partitions:
        partition.reverse()
    t.world.produce(t.topic("orders"), t.data.topics["orders"])
    worker = t.spawn("orders")
    said = stopped_text(t, worker)
    t.claim("created anew" in said, f"it says: {said}")
    begun = {p: n for p, n in at.items() if n > 0}
    until(20, "every partition that was begun is stopped", lambda: worker.log().count("partition.stopped") == len(begun))
    now = t.positions()
    t.claim(all(now["orders", p] == n for p, n in begun.items()), "a position moved on though the topic is another one")
    for partition in begun:
        accept(t, "--partition", str(partition), "--recreated")
    until(60, "the new topic is read", lambda: t.is_read("orders"))
    t.stop_all()


# What a trial begins with.
COMMON = "the topics of all, and empty tables; compared with the undisturbed run"
OWN = "topics of its own, as it spoils them"
APPLIED = "the tables that the workers left, desks that take everything; compared with a clock that nobody disturbed"
WEEK = "the same, when nobody looked for a week"
FULL = "the same, with desks as the packs have them"
RECENT = "topics of its own, of the last weeks: what they ask for can be done now"

# function, what it begins with, in the short form?
TRIALS = (
    (crash_points, COMMON, True),
    (random_kills, COMMON, True),
    (group_kills, COMMON, False),
    (zombie, COMMON, False),
    (zombie_after_load, COMMON, False),
    (deaf_zombie, COMMON, True),
    (killed_on_the_way_out, COMMON, False),
    (one_row_a_range, COMMON, False),
    (frozen_for_ever, COMMON, False),
    (postgres_restarts, COMMON, True),
    (commits_cut, COMMON, True),
    (kafka_restarts, COMMON, False),
    (bad_network, COMMON, True),
    (rebalance_range, COMMON, False),
    (rebalance_cooperative, COMMON, True),
    (restart_reads_once, COMMON, False),
    (undisturbed_once_more, COMMON, False),
    (meet_at_order, OWN, True),
    (poison_is_one_message, COMMON, True),
    (unknown_is_triaged, COMMON, False),
    (nothing_private_is_told, COMMON, True),
    (retention, OWN, True),
    (topic_recreated, OWN, True),
    (clocks.clock_crash_points, FULL, True),
    (clocks.clock_random_kills, APPLIED, True),
    (clocks.asleep_for_a_week, WEEK, False),
    (clocks.clock_zombie, APPLIED, False),
    (clocks.desks_meet, FULL, False),
    (clocks.clock_meets_answer, APPLIED, True),
    (clocks.clock_postgres_restarts, APPLIED, False),
    (clocks.clock_commits_cut, APPLIED, True),
    (clocks.clock_jumps, APPLIED, False),
    (steps.steps_disturbed, RECENT, False),
    (steps.step_reopened_meanwhile, RECENT, True),
)
