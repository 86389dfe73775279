"""Disturbs the workers in every way we know and compares the tables with those of an undisturbed run.

    tests/chaos/run                   the long form: everything, with 300 random kills
    tests/chaos/run --short           about two minutes
    tests/chaos/run --trial NAME --seed SEED    one again, as a failure says
"""
import argparse
import os
import secrets
import signal
import sys
import time
import traceback

from clocks import DIRECTORY, go_undisturbed, go_undisturbed_week, policy_without_limits
from events import Input
from tables import Tables
from trial import Trial
from trials import APPLIED, COMMON, FULL, OWN, RECENT, TRIALS, WEEK
from world import SERVICES, Failure, World

ORDERS = 700
THREE_WEEKS_S = 21 * 24 * 3600
LONG_ROUNDS = {"random_kills": 25, "crash_points": 4, "clock_random_kills": 10, "clock_crash_points": 3, "steps_disturbed": 5}  # 25 rounds of 12 kills are 300


# mechanism (see common/base/fault.h), the trial that proves it, its promise
MUTANTS = (
    ("ledger-chain", "deaf_zombie", "I1, I2: a batch continues exactly where the ledger ends"),
    ("ledger-key", "one_row_a_range", "I2: two cannot write the same range"),
    ("ledger-positions", "restart_reads_once", "I2: positions come from the ledger at every assignment"),
    ("commit-doubt", "commits_cut", "I3: after a lost COMMIT the ledger says whether it happened"),
    ("clock-lock", "clock_meets_answer", "the clock holds what it tells: an answer waits"),
    ("clock-together", "clock_crash_points", "what is told and that it was told commit together"),
    ("desk-lock", "desks_meet", "one clock at a time hands on what desks cannot take"),
    ("task-lock", "steps_disturbed", "desks that meet at a step: one is the first, the others see it"),
    ("tasks-together", "steps_disturbed", "what a step becomes and its row in the trail commit together"),
    ("task-before", "step_reopened_meanwhile", "the clock holds what is before the step that it makes ready"),
    ("event-identity", "undisturbed_once_more", "I4: an event sent twice is applied once"),
    ("placeholder-lock", "meet_at_order", "I5: a return and its order meet on a row that both lock"),
    ("dead-letters", "poison_is_one_message", "I6: poison is kept, in the transaction of its neighbours"),
    ("bisection", "poison_is_one_message", "I6: only the message that Postgres refuses is rejected"),
    ("triage", "unknown_is_triaged", "I7: what nobody knows goes to a person"),
    ("no-payload", "nothing_private_is_told", "I8: no text of an event in logs or reasons"),
    ("fingerprint", "topic_recreated", "a topic created anew is noticed"),
    ("loss-stops", "retention", "a loss is never passed over in silence"),
)


class Chaos:
    def __init__(self, options):
        self.options, self.seed = options, options.seed
        self.passed = self.failed = self.lost = self.doubled = 0
        self.world = World(f"chaos.{os.getpid()}", options.dir, options.bin)
        self.data = Input(self.seed, ORDERS)
        self.source = f"c{os.getpid()}"
        self.n_sources = 0
        self.expected, self.starts = {}, {}  # by what a trial begins with: the tables it must end with, (database, policy)

    def undisturbed(self):
        """The tables that every trial must end with: one worker after the other, in peace and without mutants."""
        self.world.fill(self.source, self.data)
        trial = Trial(self.world, self.source, self.data, "undisturbed", self.seed)
        try:
            for service in SERVICES:
                worker = trial.spawn(service, batch_max=500, lanes=2)
                trial.wait_for_share(service, 1)
                worker.stop()
            self.expected[COMMON] = Tables(self.world, trial.database)
            print(f"# seed {self.seed}: " + ", ".join(f"{topic.total()} {what}" for what, topic in self.data.topics.items()) +
                  f"; {self.expected[COMMON].count()} rows", flush=True)
        finally:
            trial.close()
        self.world.sql(trial.database, DIRECTORY)
        unlimited = self.world.database(trial.database)
        self.world.sql(unlimited, "UPDATE henpin.desk SET capacity = NULL")
        packs = policy_without_limits(self.world.dir)
        for begins, database, policy, way in ((FULL, trial.database, "deploy/policy", go_undisturbed),
                                              (APPLIED, unlimited, packs, go_undisturbed),
                                              (WEEK, unlimited, packs, go_undisturbed_week)):
            self.starts[begins] = database, policy
            self.expected[begins] = self.undisturbed_clock(begins, way)

    def undisturbed_clock(self, begins, way):
        trial = Trial(self.world, self.source, self.data, "undisturbed clock", self.seed, None, *self.starts[begins])
        try:
            way(trial)
            return Tables(self.world, trial.database)
        finally:
            trial.close()

    def own_topics(self, name, **options):
        self.n_sources += 1
        data, source = Input(f"{self.seed}/{name}", 300, with_poison=False, **options), f"{self.source}.{self.n_sources}"
        self.world.fill(source, data)
        return source, data

    def problems_of(self, function, begins, name, mutant=None):
        """Runs one trial; what is wrong after it, line by line."""
        trial = None
        try:
            source, data = self.source, self.data
            if begins == OWN:
                source, data = self.own_topics(name)
            elif begins == RECENT:
                source, data = self.own_topics(name, base_us=int((time.time() - THREE_WEEKS_S) * 1e6))
            trial = Trial(self.world, source, data, name, self.seed, mutant, *self.starts.get(begins, ()))
            function(trial)
            if begins in self.expected:
                trial.compare(self.expected[begins])
            return trial.problems
        except Failure as failure:
            return [str(failure), *(trial.problems if trial else [])]
        finally:
            if trial:
                trial.close()
                self.lost += trial.n_lost
                self.doubled += trial.n_doubled

    def run(self, function, begins, round_):
        name = function.__name__ + (f".{round_}" if round_ else "")
        begin = time.monotonic()
        try:
            problems = self.problems_of(function, begins, name, self.options.mutant)
        except Exception:  # a mistake of ours must not hide the other trials
            problems = traceback.format_exc().strip().split("\n")
        sentence = " ".join(function.__doc__.split())
        self.tell(f"{name}: {sentence}  ({time.monotonic() - begin:.1f} s)", problems)
        if problems:
            print(f"#   again: tests/chaos/run --trial {name} --seed {self.seed}", flush=True)

    def tell(self, sentence, problems):
        print(f"{'not ok' if problems else 'ok'} - {sentence}")
        for problem in problems:
            print(f"#   {problem}")
        sys.stdout.flush()
        self.passed += not problems
        self.failed += bool(problems)

    def rounds(self, function):
        if self.options.trial:
            wanted = [name.partition(".") for name in self.options.trial.split(",")]
            return [int(round_ or 0) for name, _, round_ in wanted if name == function.__name__]
        return range(1 if self.options.short else LONG_ROUNDS.get(function.__name__, 1))

    def all(self):
        self.undisturbed()
        for function, begins, is_short in TRIALS:
            if self.options.short and not is_short:
                continue
            for round_ in self.rounds(function):
                self.run(function, begins, round_)
        total = self.passed + self.failed
        print(f"# {total} trials, {self.lost} rows lost, {self.doubled} rows doubled or different, seed {self.seed}")

    def mutants(self):
        """Each trial that stands for a mechanism is green, and red without it."""
        self.undisturbed()
        known = {function.__name__: (function, begins) for function, begins, _ in TRIALS}
        wanted = [m for m in MUTANTS if self.options.mutant in (None, m[0])]
        for name in dict.fromkeys(trial for _, trial, _ in wanted):
            self.tell(f"with all mechanisms, {name} is green", self.problems_of(*known[name], name))
        for mutant, name, promise in wanted:
            problems = self.problems_of(*known[name], name, mutant)
            print("".join(f"#   {p[:200]}\n" for p in problems[:2]), end="")
            self.tell(f"without {mutant}, {name} is red ({promise})", [] if problems else ["it stayed green"])

    def close(self):
        self.world.stop()
        if not self.failed and not self.options.keep:
            self.world.forget()
        else:
            print(f"# the workers' logs are kept in {self.world.dir}", flush=True)


ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def leave(number, _):
    """Once: the second signal must not keep us from stopping what we started."""
    for other in ENDINGS:
        signal.signal(other, signal.SIG_IGN)
    sys.exit(128 + number)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="the part that runs with make test")
    parser.add_argument("--trial", metavar="NAME,...", help="only these")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="repeats the choices of an earlier run")
    parser.add_argument("--mutants", action="store_true", help="show that each trial notices its mechanism")
    parser.add_argument("--mutant", metavar="NAME", help="with this mechanism switched off; of --mutants: only it")
    parser.add_argument("--keep", action="store_true", help="keep the workers' logs")
    parser.add_argument("--bin", required=True, help="directory of the programs, built with FAULTS")
    parser.add_argument("--dir", required=True, help="where logs go")
    options = parser.parse_args()
    known = {function.__name__ for function, *_ in TRIALS}
    unknown = {name.partition(".")[0] for name in (options.trial or "").split(",") if name} - known
    if unknown:
        parser.error(f"no trial {', '.join(unknown)}: {', '.join(sorted(known))}")
    for number in ENDINGS:
        signal.signal(number, leave)
    chaos = Chaos(options)
    try:
        if options.mutants:
            chaos.mutants()
        else:
            chaos.all()
    finally:
        chaos.close()
    print(f"{chaos.passed} passed, {chaos.failed} failed", flush=True)
    return 0 if chaos.passed and not chaos.failed else 1


if __name__ == "__main__":
    sys.exit(main())
