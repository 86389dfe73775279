"""The trials of henpin-deadlines. Each begins with the tables that the workers left, and goes through the same instants: the
clock is asked at each until nothing is left to tell, the sellers' last answers are read between them. The clock is told
the time (--at), so every row but recorded_at is a matter of the instants alone; whatever disturbs it, the tables are those of
one clock that nobody disturbed.

Who gets the last room at a desk that is nearly full depends on who is looked at first. So where several clocks look at once,
desks take everything; where they are as the packs say, clocks follow each other and look at equally many duties at a time.
"""
import os
import re
import shutil
import signal
from datetime import datetime, timezone

from events import BASE_US, HOUR_US
from world import until

REPLIES = "replies"
# In the order in which a clock that was killed before comes to them: each look takes some duties, then the sellers; full desks are
# looked for when no duty is left.
POINTS = ("sellers-looked", "sellers-written", "clock-looked", "clock-written", "clock-committed", "desks-counted",
          "desks-written")
DUE = "SELECT count(*) FROM henpin.duty WHERE closed_at IS NULL AND state IN ('open', 'breached') AND fires_at <= '{}'"


def after(hours):
    return datetime.fromtimestamp((BASE_US + hours * HOUR_US) / 1e6, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


INSTANTS = (after(36), after(72), after(120), REPLIES, after(400))
WEEK_LATER = (after(36), after(36 + 7 * 24))


def policy_without_limits(directory):
    """The packs, with desks that take everything."""
    packs = f"{directory}/policy"
    shutil.copytree("deploy/policy", packs)
    with open(f"{packs}/desks.yaml") as file:
        text = file.read()
    with open(f"{packs}/desks.yaml", "w") as file:
        file.write(re.sub(r"capacity: \d+", "capacity: unlimited", text))
    return os.path.abspath(packs)


# ---- the way through the instants ----

def tell(t, at):
    """One clock that nobody disturbs."""
    ended(t, t.spawn_clock(at))


def ended(t, *clocks):
    def are_done():
        t.check_alive()
        return not any(clock.is_alive() for clock in clocks)
    until(60, "the clock has told everything", are_done, 0.02)


def read_replies(t):
    topic = t.topic(REPLIES)
    worker = t.spawn("inquiries", batch_max=500, topic=topic)
    until(60, "the replies are applied", lambda: [[str(t.size(REPLIES))]] == t.world.try_sql(
        t.database, f"SELECT sum(records) FROM henpin.ledger WHERE topic = '{topic}'"))
    worker.stop()


def go(t, instants, disturb=None):
    for at in instants:
        if at == REPLIES:
            read_replies(t)
            continue
        if disturb:
            disturb(t, at)
        tell(t, at)


def go_undisturbed(t):
    go(t, INSTANTS)


def go_undisturbed_week(t):
    go(t, WEEK_LATER)


# Facts and licences of some of the sellers that begin, end and are withdrawn while the clock looks.
DIRECTORY = f"""
DO $$ BEGIN FOR i IN 0..19 LOOP
    PERFORM henpin.seller_take('seller', format('A%sSELLER', to_char(i, 'FM000')), '', '', '-infinity', 'infinity', '{{CN}}');
    PERFORM henpin.seller_take('fact', format('A%sSELLER', to_char(i, 'FM000')), 'return_address.jp', 'x', '{after(50)}',
        CASE WHEN i % 2 = 0 THEN '{after(130)}' ELSE 'infinity' END::timestamptz, '{{}}', '{after(48)}');
    PERFORM henpin.seller_take('marketplace', format('A%sSELLER', to_char(i, 'FM000')), 'rakuten.co.jp', 'CN', '{after(100 + 5)}',
        'infinity', '{{apparel}}', '{after(60)}');
END LOOP; END $$"""


# ---- kills ----

def crash_at_points(t, at):
    if at not in INSTANTS[:2]:
        return
    for point in POINTS:
        passage = t.random.randint(1, 2) if at == INSTANTS[1] and point.startswith("clock") else 1
        clock = t.spawn_clock(at, faults={"HENPIN_CRASH_AT": f"{point}:{passage}"})
        until(60, f"killed at {point}, or done", lambda: not clock.is_alive(), 0.02)
        clock.killed = True
        if clock.process.returncode == -signal.SIGKILL:
            t.reached.add(point)


def clock_crash_points(t):
    """a clock killed at every crash point tells every level, hand-over and blocker once"""
    t.reached = set()
    go(t, INSTANTS, crash_at_points)
    t.claim(t.reached == set(POINTS), f"never reached: {set(POINTS) - t.reached}")


def kill_at_random(t, at):
    clocks = [t.spawn_clock(at, most=2) for _ in range(2)]
    for _ in range(4):
        t.pause(0.02, 0.25)
        i = t.random.randrange(2)
        clocks[i].kill()
        clocks[i] = t.spawn_clock(at, most=2)
    ended(t, *clocks)


def clock_random_kills(t):
    """two clocks at once, one or the other killed at random instants, tell what one tells"""
    go(t, INSTANTS, kill_at_random)


def asleep_for_a_week(t):
    """after a week in which nobody looked two clocks that are killed tell what is breached now, each duty at most once more"""
    go(t, WEEK_LATER, kill_at_random)
    often = t.world.sql(t.database, "SELECT count(*) FROM (SELECT FROM henpin.escalation_event WHERE level IN ('warned', 'act_by',"
                        f" 'breached', 'overdue') AND identity_at > '{WEEK_LATER[0]}' GROUP BY subject_id HAVING count(*) > 1) x")
    t.claim(often == [["0"]], f"{often[0][0]} duties were told more than the latest level")


# ---- who sleeps ----

def freeze(t, at, point, **options):
    clock = t.spawn_clock(at, faults={"HENPIN_STOP_AT": point}, **options)
    until(60, f"frozen at {point}, or done", lambda: not clock.is_alive() or clock.is_stopped(), 0.02)
    return clock


def take_over(t, at):
    if at != INSTANTS[1]:
        return
    frozen = freeze(t, at, "clock-written:2", most=7)
    t.claim(frozen.is_alive(), "nothing was frozen")
    def is_told():
        tell(t, at)
        return t.world.sql(t.database, DUE.format(at)) == [["0"]]
    until(40, "the heir has told what the frozen clock holds, when Postgres let go of it", is_told, 0.5)
    frozen.signal(signal.SIGCONT)
    ended(t, frozen)
    t.claim("deadlines.delayed" in frozen.log(), "the zombie did not notice")


def clock_zombie(t):
    """a clock frozen in the middle of its transaction holds nobody up for long, and tells nothing when it wakes"""
    go(t, INSTANTS, take_over)


def desks_frozen(t, at):
    frozen = freeze(t, at, "desks-counted")
    tell(t, at)
    frozen.signal(signal.SIGCONT)
    ended(t, frozen)
    t.n_frozen += "told" in frozen.log() and frozen.process.returncode == 0


def desks_meet(t):
    """two clocks that find the same desk too full hand on no more than one would"""
    t.n_frozen = 0
    go(t, INSTANTS, desks_frozen)
    t.claim(t.n_frozen > 0, "no desk was full")


def answer_meanwhile(t, at):
    if at != INSTANTS[2]:
        return
    frozen = freeze(t, at, "clock-looked", most=10000)
    worker = t.spawn("inquiries", batch_max=500, topic=t.topic(REPLIES), lanes=1)
    waiting = "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    if not t.mutant:
        until(8, "the worker waits for the clock", lambda: t.world.sql(t.database, waiting) == [["t"]])
    else:
        t.pause(3, 3)
    frozen.signal(signal.SIGCONT)
    ended(t, frozen)
    worker.stop()


def clock_meets_answer(t):
    """an answer that is read while the clock tells the breach waits for it, and closes the duty"""
    go(t, INSTANTS, answer_meanwhile)


# ---- outages and clocks that are wrong ----

def restart_postgres(t, at):
    frozen = freeze(t, at, "clock-written", most=20)
    t.world.servers("kill", t.world.name, "postgres")
    t.world.resume("postgres")
    frozen.signal(signal.SIGCONT)
    ended(t, frozen)


def clock_postgres_restarts(t):
    """Postgres killed in the middle of each round"""
    go(t, INSTANTS, restart_postgres)


def cut_commits(t, at):
    proxy = t.world.postgres_proxy
    limit = proxy.n_cut + 4
    proxy.on_commit = lambda: t.random.choice([None, "before", "sent", "answer"]) if proxy.n_cut < limit else None
    t.is_proxied = True
    ended(t, t.spawn_clock(at, most=5))
    t.is_proxied = False
    proxy.heal()
    t.n_cut += 4 - (limit - proxy.n_cut)


def clock_commits_cut(t):
    """the clock's connection cut around COMMIT: before it is sent, after it is sent, before its answer comes"""
    t.n_cut = 0
    go(t, INSTANTS, cut_commits)
    t.claim(t.n_cut > 6, f"only {t.n_cut} commits were cut")


def jump(t, at):
    """Forth, and back by an hour and by days, while another clock looks at the right time."""
    both = [t.spawn_clock(at, most=3), t.spawn_clock(INSTANTS[0], most=3)]
    ended(t, *both)
    hour_behind = datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp() - 3600
    tell(t, datetime.fromtimestamp(hour_behind, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
    tell(t, INSTANTS[0])


def clock_jumps(t):
    """a clock that jumps back, and one that goes days behind beside it, tell nothing twice and nothing else"""
    go(t, INSTANTS, jump)
