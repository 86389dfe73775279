"""What is compared after a trial: every row of every table, as an undisturbed run over the same topics wrote it.

Left out, and why:
  recorded_at, recorded_xid, changed_at       when it was written
  consumer_group                each trial has groups of its own
  parked_at                     nothing is parked in the end
  of a blocker                  raised_at, desk
  of a blocker's escalation     case_kind, case_id, order_id, desk, occurred_at, reason, source_*: a blocker is per seller and marketplace, and which of the seller's events is seen first
                                depends on the order in which partitions and topics are read. That it is raised, once, by
                                which rule and how grave is compared.
"""
from collections import Counter

TABLES = ("sales_order", "return_case", "inquiry_thread", "duty", "escalation_event", "disposal_task", "disposal_task_event",
          "decision", "dead_letter",
          "blocker", "parked")
LEFT_OUT = {"updated_at", "recorded_at", "recorded_xid", "changed_at", "parked_at", "consumer_group"}
BY_CHANCE = {
    "blocker": ("true", {"raised_at", "desk"}),
    "escalation_event": ("level = 'raised'", {"case_kind", "case_id", "order_id", "desk", "occurred_at", "reason",
                                              "source_topic", "source_partition", "source_offset"}),
}


class Tables:
    """The rows of a database; `rows` counts each (table, row as text)."""

    def __init__(self, world, database):
        columns = {}
        for table, column in world.sql(database, "SELECT table_name, column_name FROM information_schema.columns"
                                       " WHERE table_schema = 'henpin' ORDER BY table_name, ordinal_position"):
            columns.setdefault(table, []).append(column)
        parts = []
        for table in TABLES:
            condition, chance = BY_CHANCE.get(table, ("false", set()))
            shown = [f"CASE WHEN {condition} THEN NULL ELSE {c} END" if c in chance else c
                     for c in columns[table] if c not in LEFT_OUT]
            parts.append(f"SELECT '{table} ' || replace(ROW({', '.join(shown)})::text, E'\\n', ' ') FROM henpin.{table}")
        self.rows = Counter(row[0] for row in world.sql(database, " UNION ALL ".join(parts)))

    def count(self):
        return sum(self.rows.values())

    def differences(self, expected):
        """(rows that are missing, rows too many)."""
        lost, doubled = expected.rows - self.rows, self.rows - expected.rows
        return sorted(lost.elements()), sorted(doubled.elements())


LEDGER_FAULTS = """
WITH l AS (SELECT *, lag(next_offset) OVER w AS before, row_number() OVER w AS n FROM henpin.ledger
           WINDOW w AS (PARTITION BY consumer_group, topic, partition ORDER BY first_offset, next_offset))
SELECT consumer_group, partition, first_offset, before FROM l
 WHERE CASE WHEN n = 1 THEN kind <> 'start' OR first_offset <> -1 ELSE first_offset <> before END
"""


def ledger_faults(world, database):
    """Gaps and overlaps between the ledger's rows, in words."""
    return [f"ledger of {group}:{partition}: a row begins at {first}, the one before ended at {before or 'nothing'}"
            for group, partition, first, before in world.sql(database, LEDGER_FAULTS)]
