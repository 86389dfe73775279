"""The tables as text, without what may differ between two runs over the same events."""
import subprocess

# Provenance and when a row was written: they say how we came to know, not what holds.
EVERYWHERE = ["recorded_at", "recorded_xid", "source_partition", "source_offset", "parked_at", "changed_at", "since", "updated_at",
              "applied_at"]
# A blocker stands per seller and marketplace and is raised by whichever event is read first: its row
# and its escalation tell of that event.
FIRST_COME = {
    "blocker": (["raised_at", "rule_id", "desk"], "true"),
    "escalation_event": (["case_kind", "case_id", "order_id", "occurred_at", "desk", "rule_id", "reason", "severity",
                          "details", "source_topic"], "level = 'raised'"),
}
# A record that waits for its order and is refused afterwards leaves a case without any event.
NOTHING_HAPPENED = {name: "history_event <> '{}' OR is_parked" for name in ("return_case", "inquiry_thread")}
# An event that waits for its order waits once, however often it was sent: of what Postgres refuses then, one letter.
REFUSED_ONCE = {"dead_letter": '"code": "event.constraint"'}
# The layout of partitions and batches itself, checked by `ledger_faults` instead; and what is counted now and then from the rest.
LAYOUT = {"ledger", "scorecard_count", "scorecard_seller", "scorecard_change"}


def psql(conninfo, sql):
    run = subprocess.run(["psql", "-X", "-Atq", "-v", "ON_ERROR_STOP=1", "-d", conninfo, "-f", "-"], input=sql,
                         text=True, capture_output=True)
    if run.returncode:
        raise RuntimeError(run.stderr.strip())
    return run.stdout


def dump(conninfo):
    """{table: sorted rows as JSON text}: every table there is, so that a new one is compared too."""
    names = psql(conninfo, "SELECT relname FROM pg_class WHERE relnamespace = 'henpin'::regnamespace"
                           " AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1").split()
    selects = []
    for name in names:
        if name in LAYOUT:
            continue
        row = f"to_jsonb(t) - '{{{','.join(EVERYWHERE)}}}'::text[]"
        if name in FIRST_COME:
            columns, where = FIRST_COME[name]
            row += f" - CASE WHEN {where} THEN '{{{','.join(columns)}}}'::text[] ELSE '{{}}' END"
        selects.append(f"SELECT '{name}' || chr(9) || ({row})::text FROM henpin.{name} t"
                       f" WHERE {NOTHING_HAPPENED.get(name, 'true')}")
    tables = {name: [] for name in names if name not in LAYOUT}
    for line in psql(conninfo, ";\n".join(selects)).splitlines():
        name, row = line.split("\t", 1)
        if name not in REFUSED_ONCE or REFUSED_ONCE[name] not in row or row not in tables[name]:
            tables[name].append(row)
    return {name: sorted(rows) for name, rows in tables.items()}


def ledger_faults(conninfo, workers):
    """Each partition's ranges must follow each other without gap and end where the records end."""
    faults = []
    gaps = psql(conninfo, "SELECT topic, partition, first_offset FROM (SELECT *, lag(next_offset) OVER"
                          " (PARTITION BY topic, partition ORDER BY first_offset) AS before FROM henpin.ledger) l"
                          " WHERE first_offset >= 0 AND first_offset <> coalesce(before, 0)")
    faults += [f"ledger: a gap at {line}" for line in gaps.splitlines()]
    ends = psql(conninfo, "SELECT topic, partition, max(next_offset) FROM henpin.ledger GROUP BY 1, 2")
    ends = {(t, int(p)): int(n) for t, p, n in (line.split("|") for line in ends.splitlines())}
    for worker in workers:
        for partition, n in enumerate(worker.offsets):
            if n and ends.get((worker.topic, partition)) != n:
                faults.append(f"ledger: {worker.topic} {partition} ends at {ends.get((worker.topic, partition))}, not {n}")
    return faults


def differences(expected, found, shown=6):
    out = []
    for name in expected:
        missing, extra = list(expected[name]), []
        for row in found[name]:
            if row in missing:
                missing.remove(row)
            else:
                extra.append(row)
        for label, rows in (("missing", missing), ("not expected", extra)):
            out += [f"{name}: {label}: {row}" for row in rows[:shown]]
            if len(rows) > shown:
                out.append(f"{name}: {label}: {len(rows) - shown} more")
    return out
