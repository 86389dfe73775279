#!/usr/bin/python3
"""A desk that completes, fails and reopens steps: several at once choose the same ones, and all go on through outages.

    tests/chaos/desk.py CONNINFO SEED [--only FILE] [--end]

At random, of the tasks in FILE (an id a line) or of all, until SIGTERM; with --end only completes, until nothing can be. Steps of every
third case are left to nobody. Prints each answer that is neither a success nor a refusal: there must be none.
"""
import argparse
import hashlib
import json
import random
import time

import psycopg2

REFUSED = {"22023", "55000", "P0002"}  # and a manifest that is used, which is a 23505 without a constraint
CHOICE = """
SELECT task_id::text, evidence_required, unit, case_id::text, line_id, lot, state
FROM henpin.disposal_task t WHERE (%(only)s::uuid[] IS NULL OR task_id = ANY (%(only)s::uuid[]))
  AND state <> 'CANCELLED' AND ('x' || right(case_id::text, 4))::bit(16)::int %% 3 > 0 AND (state <> 'DONE' OR NOT %(is_end)s)
  AND NOT EXISTS (SELECT FROM henpin.disposal_task b WHERE b.task_id = t.after_task AND b.state <> 'DONE')
ORDER BY md5(task_id::text || extract(epoch FROM now())::bigint) LIMIT CASE WHEN %(is_end)s THEN NULL ELSE 3 END"""
MANIFEST = """
SELECT e.content ->> 'manifest_number' FROM henpin.disposal_task b JOIN henpin.task_evidence e USING (task_id, turn)
WHERE b.case_id = %s AND b.line_id = %s AND b.lot IS NOT DISTINCT FROM %s AND b.state = 'DONE' AND e.evidence IN ('manifest_a', 'jwnet')"""
SAID = {"text": "x", "date": "2099-12-31", "ph": "7", "hash": "0" * 64}


class Desk:
    def __init__(self, options):
        self.options, self.random = options, random.Random(options.seed)
        self.only = open(options.only).read().split() if options.only else None
        self.db = None

    def ask(self, statement, values=None):
        if not self.db or self.db.closed:
            self.db = psycopg2.connect(self.options.conninfo, options="-c role=henpin_desk")
            self.db.autocommit = True
        cursor = self.db.cursor()
        cursor.execute(statement, values)
        return cursor.fetchall()

    def evidence(self, task):
        """The same whoever shows it, so that the second to come changes nothing."""
        task_id, kind, unit, *goods, _ = task
        ten = int(hashlib.md5(task_id.encode()).hexdigest(), 16) % 10**10
        shown = {unit: 2} if unit else {}
        for field, what in self.ask("SELECT field, kind FROM henpin.evidence_field WHERE evidence = %s AND is_required", [kind]):
            shown[field] = SAID.get(what, f"r/{task_id}")
            if kind in ("manifest_b2", "manifest_d", "manifest_e"):
                shown[field] = (self.ask(MANIFEST, goods) or [("00000000000",)])[0][0]
            elif what in ("manifest", "jwnet"):
                shown[field] = f"{ten:010d}{ten % 7}"
        return json.dumps(shown)

    def act(self, task):
        """True: the step is done now, and was not before."""
        what = "done" if self.options.end else self.random.choices(["done", "fail", "reopen"], [70, 10, 20])[0]
        if what == "done":
            return self.ask("SELECT is_first FROM henpin.complete_step(%s, %s)", [task[0], self.evidence(task)])[0][0]
        self.ask(f"SELECT henpin.{what}_step(%s, 'so it is')", [task[0]])
        return False

    def turn(self):
        """How many steps were done; None while Postgres is away."""
        n = 0
        try:
            tasks = self.ask(CHOICE, {"only": self.only, "is_end": self.options.end})
            for task in tasks if self.options.end else self.random.sample(tasks, min(1, len(tasks))):
                try:
                    n += self.act(task)
                except psycopg2.Error as e:
                    if self.db.closed or (e.pgcode or "57P").startswith("57P"):
                        raise
                    if e.pgcode not in REFUSED and not (e.pgcode == "23505" and not e.diag.constraint_name):
                        print(f"{task[0]}: {e.pgcode} {str(e).strip().splitlines()[0]}", flush=True)
            return n
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            self.db = None
            time.sleep(0.2)
            return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("conninfo")
    parser.add_argument("seed")
    parser.add_argument("--only", metavar="FILE")
    parser.add_argument("--end", action="store_true", help="only complete, until nothing can be")
    desk = Desk(parser.parse_args())
    while desk.turn() != 0 or not desk.options.end:
        pass


if __name__ == "__main__":
    main()
