"""One trial: a fresh database, the workers that are disturbed, and the comparison at the end."""
import random
import signal
import time

from tables import Tables, ledger_faults
from world import SERVICES, TEMPLATE, WORKER, Clock, Failure, Worker, until

# Of desks that meet at a step each sees it as it was before the other.
STEPS_UNLOCKED = """
CREATE OR REPLACE FUNCTION henpin.task_locked(task uuid) RETURNS henpin.disposal_task LANGUAGE sql VOLATILE
RETURN (SELECT d FROM henpin.disposal_task d WHERE d.task_id = task)
"""


class Trial:
    """`source` is the prefix of the topics, filled from `data`; `template` what its database begins as;
    `policy` the packs of its clocks."""

    def __init__(self, world, source, data, name, seed, mutant=None, template=TEMPLATE, policy="deploy/policy"):
        self.world, self.source, self.data, self.name, self.mutant = world, source, data, name, mutant
        self.random = random.Random(f"{seed}/{name}")
        self.database, self.policy = world.database(template), policy
        self.workers, self.is_proxied = [], False
        if mutant == "ledger-key":
            world.sql(self.database, "ALTER TABLE henpin.ledger DROP CONSTRAINT ledger_pkey")
        elif mutant == "task-lock":
            world.sql(self.database, STEPS_UNLOCKED)
        self.problems, self.n_lost, self.n_doubled = [], 0, 0

    # ---- workers ----

    def group(self, service):
        return f"{self.source}.{self.database}.{service}"

    def topic(self, service):
        return f"{self.source}.{service}"

    def spawn(self, service, mutants=(), **options):
        """A worker with batches small enough that there is something to be disturbed."""
        options = {"batch_max": self.random.choice([5, 20, 60]), "lanes": self.random.randint(1, 3), **options}
        worker = Worker(self.world, service, group=self.group(service),
                        conninfo=self.world.conninfo_of(self.database, WORKER, self.is_proxied),
                        mutants=[*mutants, *filter(None, [self.mutant])], **{"topic": self.topic(service), **options})
        self.workers.append(worker)
        return worker

    def spawn_clock(self, at, **options):
        clock = Clock(self.world, at, self.world.conninfo_of(self.database, WORKER, self.is_proxied),
                      mutants=list(filter(None, [self.mutant])), **{"policy": self.policy, "most": 50, **options})
        self.workers.append(clock)
        return clock

    def spawn_static(self, service, **options):
        """One that gets its partitions back at once after a kill: a static member of the group."""
        return self.spawn(service, group_instance_id=f"{service}-1", **options)

    def alive(self, service=None):
        return [w for w in self.workers if w.is_alive() and service in (None, w.service)]

    def check_alive(self):
        """Only we end workers."""
        for w in self.workers:
            if not w.is_alive() and not w.killed and w.process.returncode != 0:
                raise Failure(f"henpin-{w.service} ended by itself with {w.process.returncode}: {w.last_words()}")

    # ---- progress ----

    def positions(self):
        """{(service, partition): next offset}, or None while Postgres is away."""
        rows = self.world.try_sql(self.database, "SELECT consumer_group, partition, max(next_offset) FROM henpin.ledger"
                                                 " GROUP BY 1, 2")
        return rows and {(g.rsplit(".", 1)[1], int(p)): int(n) for g, p, n in rows}

    def n_read(self, service=None):
        return sum(n for (s, _), n in (self.positions() or {}).items() if service in (None, s))

    def size(self, service):
        return self.data.topics[service].total()

    def is_read(self, service):
        return self.n_read(service) == self.size(service)

    def is_complete(self):
        return (all(self.is_read(s) for s in SERVICES) and
                self.world.try_sql(self.database, "SELECT count(*) FROM henpin.parked") == [["0"]])

    def wait_for_share(self, service, share):
        """Until at least this part of the topic is applied."""
        def is_there():
            self.check_alive()
            return self.n_read(service) >= share * self.size(service)
        until(60, f"{share:.0%} of {service} applied", is_there, 0.02)

    # ---- the end ----

    def finish(self, timeout_s=60, **options):
        """Undisturbed workers do the rest; then everybody is stopped politely."""
        self.world.postgres_proxy.heal()
        self.world.kafka_proxy.heal()
        for service in SERVICES:
            if not self.alive(service):
                self.spawn_static(service, **{"batch_max": 500, **options})
        def is_done():
            self.check_alive()
            return self.is_complete()
        try:
            until(timeout_s, "everything applied", is_done)
        except Failure as failure:
            parked = self.world.try_sql(self.database, "SELECT count(*) FROM henpin.parked")
            read = ", ".join(f"{self.n_read(s)} of {self.size(s)} {s}" for s in SERVICES)
            raise Failure(f"{failure}: {read} read, {parked and parked[0][0]} parked") from None
        self.stop_all()

    def stop_all(self):
        for worker in self.alive():
            worker.signal(signal.SIGCONT)
            worker.stop()

    def compare(self, expected):
        tables = Tables(self.world, self.database)
        lost, doubled = tables.differences(expected)
        self.n_lost, self.n_doubled = len(lost), len(doubled)
        for what, rows in (("lost", lost), ("doubled or different", doubled)):
            for row in rows[:3]:
                self.problems.append(f"{what}: {row[:400]}")
            if len(rows) > 3:
                self.problems.append(f"{what}: {len(rows) - 3} more rows")
        self.problems += ledger_faults(self.world, self.database)[:5]

    def claim(self, holds, otherwise):
        if not holds:
            self.problems.append(otherwise)

    def close(self):
        for worker in self.workers:
            worker.kill()
        self.world.postgres_proxy.heal()
        self.world.kafka_proxy.heal()

    def pause(self, low_s, high_s):
        time.sleep(self.random.uniform(low_s, high_s))
