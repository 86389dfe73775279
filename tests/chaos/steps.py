"""The trials of disposal steps: desks complete, fail and reopen them while the worker that wants them and the clock that readies them
are killed. They run by the real clock, as the desks' functions do: their input is of the last weeks.

What desks do is chance, so the tables are held against what must be true of them; but what the worker writes is none of the desks'
doing, and equals that of a worker that nobody disturbed and no desk met. While it reads, desks keep to the tasks that it never
cancels: what it cancels would be a matter of who comes first.
"""
import os
import signal
import subprocess
import time
from collections import Counter

from trial import Trial
from world import SLOW, WORKER, Failure, Process, until

POINTS = ("tasks-looked", "tasks-written")
N_DESKS = 4
# A step that can be done and what comes after it, and what is to be shown for it.
PAIR = """
SELECT b.task_id, t.task_id, (SELECT coalesce(jsonb_object_agg(f.field, CASE f.kind WHEN 'date' THEN '2099-12-31' ELSE '7' END), '{}')
    FROM henpin.evidence_field f WHERE f.evidence = b.evidence_required AND f.is_required)
FROM henpin.disposal_task t JOIN henpin.disposal_task b ON b.task_id = t.after_task
WHERE b.state = 'READY' AND b.blocked IS NULL AND b.unit IS NULL AND coalesce(b.evidence_required, '') !~ 'manifest|jwnet' LIMIT 1"""

OF_THE_WORKER = """
SELECT 'return_case ' || (to_jsonb(c) - '{updated_at,recorded_at,recorded_xid}'::text[])::text FROM henpin.return_case c
UNION ALL
SELECT 'decision ' || (to_jsonb(d) - '{recorded_at,recorded_xid,consumer_group}'::text[])::text FROM henpin.decision d
UNION ALL
SELECT 'disposal_task_event ' || (to_jsonb(e) - '{recorded_at,recorded_xid}'::text[])::text FROM henpin.disposal_task_event e
WHERE e.source_topic !~ '^henpin([.]|$)' AND e.change IN ('CREATED', 'CANCELLED')
UNION ALL
SELECT 'escalation_event ' || (to_jsonb(e) - '{recorded_at,recorded_xid}'::text[])::text FROM henpin.escalation_event e
WHERE e.kind = 'triage'"""

# sentence, what is counted: all of them must be 0 when everybody has come to rest
MUST_HOLD = (
    ("open tasks are late and not OVERDUE", "SELECT count(*) FROM henpin.disposal_task WHERE closed_at IS NULL AND due_at < now() -"
     " interval '30 s' AND overdue_at IS NULL AND state = 'READY'"),
    ("tasks are to be looked at and are not", "SELECT count(*) FROM henpin.disposal_task WHERE look_at < now() - interval '30 s'"),
    ("tasks wait although what is before them is done", "SELECT count(*) FROM henpin.disposal_task t LEFT JOIN henpin.disposal_task b"
     " ON b.task_id = t.after_task WHERE t.state = 'CREATED' AND (t.after_task IS NULL OR b.state = 'DONE')"),
    ("tasks are READY or DONE before what is before them", "SELECT count(*) FROM henpin.disposal_task t JOIN henpin.disposal_task b ON"
     " b.task_id = t.after_task WHERE (t.state IN ('READY', 'DONE') AND b.state <> 'DONE') OR t.done_at < b.done_at"),
    ("DONE tasks have no evidence", "SELECT count(*) FROM henpin.disposal_task t LEFT JOIN henpin.task_evidence e ON e.task_id = t.task_id"
     " AND e.turn = t.turn AND e.done_at = t.done_at AND e.done_by = t.done_by AND e.evidence IS NOT DISTINCT FROM t.evidence_required"
     " WHERE t.state = 'DONE' AND e.task_id IS NULL"),
    ("tasks are not what the last row of their trail says", """
        SELECT count(*) FROM henpin.disposal_task t LEFT JOIN LATERAL (SELECT array_agg(e.change) AS are FROM henpin.disposal_task_event e
            WHERE e.identity_at = t.identity_at AND e.task_id = t.task_id AND e.turn = t.turn) now ON true
        WHERE t.state = 'DONE' IS DISTINCT FROM coalesce('DONE' = ANY (now.are), false)
           OR t.state = 'CANCELLED' IS DISTINCT FROM coalesce('CANCELLED' = ANY (now.are), false)
           OR t.state = 'CREATED' AND 'READY' = ANY (now.are)
           OR t.state = 'READY' AND NOT coalesce('READY' = ANY (now.are), false) AND NOT EXISTS (SELECT FROM henpin.disposal_task_event f
                WHERE f.identity_at = t.identity_at AND f.task_id = t.task_id AND f.change = 'FAILED')"""),
    ("tasks are OVERDUE without a row in the trail, or the other way round", """
        SELECT count(*) FROM henpin.disposal_task t LEFT JOIN LATERAL (SELECT array_agg(e.turn) AS turns FROM henpin.disposal_task_event e
            WHERE e.identity_at = t.identity_at AND e.task_id = t.task_id AND e.change = 'OVERDUE') late ON true
        WHERE CASE WHEN t.overdue_at IS NULL THEN t.turn = ANY (late.turns) ELSE late.turns IS NULL END"""),
    ("tasks were done, failed or reopened without a word of whoever did it, or the other way round", """
        SELECT count(*) FROM (SELECT task_id, turn, CASE evidence WHEN 'failed' THEN 'FAILED' WHEN 'reopened' THEN 'REOPENED' ELSE 'DONE' END
            FROM henpin.task_evidence) e (task_id, turn, change) FULL JOIN (SELECT * FROM henpin.disposal_task_event WHERE change IN ('DONE', 'FAILED')
            OR (change = 'REOPENED' AND EXISTS (SELECT FROM henpin.task_evidence v WHERE v.task_id = disposal_task_event.task_id
                AND v.turn = disposal_task_event.turn AND v.evidence = 'reopened'))) c USING (task_id, turn, change)
        WHERE e.task_id IS NULL OR c.identity_at IS NULL"""),
    ("tasks begin twice, or never", "SELECT count(*) FROM henpin.disposal_task t WHERE 1 <> (SELECT count(*) FROM henpin.disposal_task_event e"
     " WHERE e.task_id = t.task_id AND e.change = 'CREATED')"),
    ("steps were not told late once for each turn in which they were", """
        SELECT count(*) FROM (SELECT subject_id, count(*) FROM henpin.escalation_event WHERE kind = 'disposal_step' AND level = 'overdue'
            GROUP BY 1) told (task_id, n) FULL JOIN (SELECT task_id, count(*) FROM henpin.disposal_task_event WHERE change = 'OVERDUE'
            GROUP BY 1) late (task_id, n) USING (task_id, n) WHERE told.task_id IS NULL OR late.task_id IS NULL"""),
)


# What comes due by itself may all be looked at already when a clock begins that is to be killed while it looks.
SOMETHING_TO_LOOK_AT = "UPDATE henpin.disposal_task SET look_at = '-infinity' WHERE state IN ('CREATED', 'READY')"


# ---- who takes part ----

def clock(t, faults=None):
    clock = Process(t.world, "deadlines", "clock", {
        "postgres": t.world.conninfo_of(t.database, WORKER, t.is_proxied), "policy": t.policy, "most": 20, "look_every": "50ms"},
        list(filter(None, [t.mutant])), faults)
    t.workers.append(clock)
    return clock


class Desks:
    """Several at once; what they say besides successes and refusals is a problem."""

    def __init__(self, t, n, *options):
        self.trial = t
        self.processes = [subprocess.Popen(["/usr/bin/python3", "tests/chaos/desk.py", t.world.conninfo_of(t.database), f"{t.name}/{i}", *options],
                                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                          for i in range(n)]

    def are_done(self):
        return all(p.poll() is not None for p in self.processes)

    def end(self, number=None):
        for p in self.processes:
            if number:
                p.send_signal(number)
            said = p.communicate()[0].strip().splitlines()
            self.trial.problems += [f"a desk was told: {line[:300]}" for line in said[-2:]]


def in_peace(t):
    """What the worker writes when nobody disturbs it, and the tasks that it never cancels."""
    peace = Trial(t.world, t.source, t.data, f"{t.name} in peace", 0)
    try:
        peace.finish()
        safe = t.world.sql(peace.database, "SELECT task_id FROM henpin.disposal_task t WHERE NOT EXISTS (SELECT FROM henpin.disposal_task_event e"
                           " WHERE e.identity_at = t.identity_at AND e.task_id = t.task_id AND e.change = 'CANCELLED')")
        return Counter(row[0] for row in t.world.sql(peace.database, OF_THE_WORKER)), [row[0] for row in safe]
    finally:
        peace.close()


def come_to_rest(t):
    """Undisturbed, the worker reads the rest, the clock tells the rest, and one desk does what can be done."""
    t.finish()
    calm = clock(t)
    settled = "SELECT count(*) FROM henpin.disposal_task WHERE look_at <= now()"
    for _ in range(30):
        until(30, "the clock has looked at everything", lambda: t.world.sql(t.database, settled) == [["0"]])
        before = t.world.sql(t.database, "SELECT count(*) FROM henpin.task_evidence")
        last = Desks(t, 1, "--end")
        until(60, "the last desk is done", last.are_done)
        last.end()
        if t.world.sql(t.database, "SELECT count(*) FROM henpin.task_evidence") == before:
            break
    else:
        raise Failure("there is always something left to do")
    calm.stop()


def hold_against(t, expected):
    for sentence, counted in MUST_HOLD:
        n = t.world.sql(t.database, counted)[0][0]
        t.claim(n == "0", f"{n} {sentence}")
    have = Counter(row[0] for row in t.world.sql(t.database, OF_THE_WORKER))
    t.n_lost, t.n_doubled = (expected - have).total(), (have - expected).total()
    for what, rows in (("lost", expected - have), ("doubled or different", have - expected)):
        t.problems += [f"{what}: {row[:400]}" for row in sorted(rows.elements())[:3]]


def kill_reading(t):
    """A worker at a random instant after it has applied something."""
    worker, before, end = t.spawn_static("returns", batch_max=t.random.choice([3, 10])), t.n_read("returns"), time.monotonic() + 5
    while t.n_read("returns") <= before < t.size("returns") and time.monotonic() < end:
        time.sleep(0.05)
    t.pause(0, 0.2)
    worker.kill()


# ---- the trials ----

def steps_disturbed(t):
    """desks complete, fail and reopen steps at once while worker, clock and Postgres are killed: each change is there once, in order"""
    expected, safe = in_peace(t)
    t.claim(len(safe) > 60, f"only {len(safe)} tasks to meet at")
    only = f"{t.world.dir}/{t.database}.only"
    with open(only, "w") as file:
        file.write("\n".join(safe))
    t.spawn_static("orders", batch_max=500)
    worker = t.spawn_static("returns", batch_max=10)
    t.wait_for_share("returns", 0.4)
    worker.kill()
    desks, other, reached = Desks(t, N_DESKS, "--only", only), clock(t), set()
    for i in range(4):
        point = POINTS[i % 2]
        doomed = clock(t, {"HENPIN_CRASH_AT": f"{point}:{t.random.randint(1, 3)}"})
        other.kill()
        t.world.sql(t.database, SOMETHING_TO_LOOK_AT)
        end = time.monotonic() + 10 * SLOW
        while doomed.is_alive() and time.monotonic() < end:
            kill_reading(t)
        if not doomed.is_alive():
            reached.add(point)
        doomed.kill()
        other = clock(t)
        if i == 1:
            t.world.servers("kill", t.world.name, "postgres")
            t.world.resume("postgres")
    t.claim(reached == set(POINTS), f"never reached: {set(POINTS) - reached}")
    desks.end(signal.SIGTERM)
    other.kill()
    come_to_rest(t)
    hold_against(t, expected)


def step_reopened_meanwhile(t):
    """a step that is taken back while the clock makes the next one ready waits for it, and takes that back too"""
    t.finish()
    calm = clock(t)
    until(30, "the clock has looked at everything",
          lambda: t.world.sql(t.database, "SELECT count(*) FROM henpin.disposal_task WHERE look_at <= now()") == [["0"]])
    calm.stop()
    first, second, shown = t.world.sql(t.database, PAIR)[0]
    t.world.sql(t.database, f"SELECT henpin.complete_step('{first}', '{shown}')")
    frozen = clock(t, {"HENPIN_STOP_AT": "tasks-looked"})
    until(20, "frozen while it looks", frozen.is_stopped)
    reopen = subprocess.Popen(["psql", "-XqAt", "-d", t.world.conninfo_of(t.database), "-c", f"SELECT henpin.reopen_step('{first}', 'not so')"],
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env={**os.environ, "PGAPPNAME": "reopen"})
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'reopen' AND wait_event_type = 'Lock'"
    if not t.mutant:
        until(8, "who takes it back waits for the clock", lambda: t.world.sql(t.database, waiting) == [["1"]])
    else:
        t.pause(2, 2)
    frozen.signal(signal.SIGCONT)
    t.claim(reopen.wait(20) == 0, "it could not be taken back")
    settled = f"SELECT count(*) FROM henpin.disposal_task WHERE task_id = '{second}' AND look_at <= now()"
    until(10, "the clock is done with it", lambda: t.world.sql(t.database, settled) == [["0"]])
    frozen.stop()
    states = t.world.sql(t.database, f"SELECT state FROM henpin.disposal_task WHERE task_id IN ('{first}', '{second}') ORDER BY step_no")
    t.claim(states == [["READY"], ["CREATED"]], f"the two are {states}")
