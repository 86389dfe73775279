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

from events import Input
from tables import Tables
from trial import Trial
from trials import TRIALS
from world import SERVICES, Failure, World

ORDERS = 700
LONG_ROUNDS = {"random_kills": 25, "crash_points": 4}  # 25 rounds of 12 kills are 300


class Chaos:
    def __init__(self, options):
        self.options, self.seed = options, options.seed
        self.passed = self.failed = self.lost = self.doubled = 0
        name = f"chaos.{os.getpid()}"
        self.world = World(name, options.dir, options.bin, options.mutant)
        self.data = Input(self.seed, ORDERS)
        self.source = f"c{os.getpid()}"
        self.expected = None

    def undisturbed(self):
        """The tables that every trial must end with: one worker after the other, in peace and without mutants."""
        self.world.fill(self.source, self.data)
        trial = Trial(self.world, self.source, self.data, "undisturbed", self.seed)
        try:
            for service in SERVICES:
                worker = trial.spawn(service, batch_max=500, lanes=2)
                trial.wait_for_share(service, 1)
                worker.stop()
            self.expected = Tables(self.world, trial.database)
            print(f"# seed {self.seed}: {self.data.orders.total()} order events, {self.data.returns.total()} return "
                  f"events, {self.expected.count()} rows", flush=True)
        finally:
            trial.close()

    def run(self, function, has_own_topics, round_):
        name = function.__name__ + (f".{round_}" if round_ else "")
        begin, trial = time.monotonic(), None
        try:
            if has_own_topics:
                data, source = Input(f"{self.seed}/{name}", 300, with_poison=False), f"{self.source}.{name}"
                self.world.fill(source, data)
                trial = Trial(self.world, source, data, name, self.seed, self.options.mutant)
                function(trial)
            else:
                trial = Trial(self.world, self.source, self.data, name, self.seed, self.options.mutant)
                function(trial)
                trial.compare(self.expected)
            problems = trial.problems
        except Failure as failure:
            problems = [str(failure), *(trial.problems if trial else [])]
        except Exception:  # a mistake of ours must not hide the other trials
            problems = traceback.format_exc().strip().split("\n")
        finally:
            if trial:
                trial.close()
        if trial:
            self.lost += trial.n_lost
            self.doubled += trial.n_doubled
        self.tell(function, name, problems, time.monotonic() - begin)

    def tell(self, function, name, problems, seconds):
        sentence = " ".join(function.__doc__.split())
        print(f"{'not ok' if problems else 'ok'} - {name}: {sentence}  ({seconds:.1f} s)")
        for problem in problems:
            print(f"#   {problem}")
        if problems:
            print(f"#   again: tests/chaos/run --trial {name} --seed {self.seed}")
        sys.stdout.flush()
        self.passed += not problems
        self.failed += bool(problems)

    def rounds(self, function):
        if self.options.trial:
            wanted = self.options.trial.split(".")
            return [int(wanted[1]) if len(wanted) > 1 else 0] if wanted[0] == function.__name__ else []
        return range(1 if self.options.short else LONG_ROUNDS.get(function.__name__, 1))

    def all(self):
        self.undisturbed()
        for function, has_own_topics, is_short in TRIALS:
            if self.options.short and not is_short:
                continue
            for round_ in self.rounds(function):
                self.run(function, has_own_topics, round_)
        total = self.passed + self.failed
        print(f"# {total} trials, {self.lost} rows lost, {self.doubled} rows doubled or different, seed {self.seed}")
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 0 if self.passed and not self.failed else 1

    def close(self):
        self.world.stop()
        if not self.failed and not self.options.keep:
            self.world.forget()
        else:
            print(f"# the workers' logs are kept in {self.world.dir}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="the part that runs with make test")
    parser.add_argument("--trial", metavar="NAME", help="only this one")
    parser.add_argument("--seed", default=secrets.token_hex(4), help="repeats the choices of an earlier run")
    parser.add_argument("--mutant", metavar="NAME", help="with this mechanism switched off")
    parser.add_argument("--keep", action="store_true", help="keep the workers' logs")
    parser.add_argument("--bin", required=True, help="directory of the programs, built with FAULTS")
    parser.add_argument("--dir", required=True, help="where logs go")
    options = parser.parse_args()
    known = {function.__name__ for function, *_ in TRIALS}
    if options.trial and options.trial.split(".")[0] not in known:
        parser.error(f"no trial \"{options.trial}\": {', '.join(sorted(known))}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    chaos = Chaos(options)
    try:
        return chaos.all()
    finally:
        chaos.close()


if __name__ == "__main__":
    sys.exit(main())
