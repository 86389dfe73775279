"""What the suites about revisions that go live share: packs of their own, changes to them, and when a pass is over."""
import os
import re
import signal
import sys
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from operators import DIR, until

POLICY = Path(DIR) / "policy"
# A pass that moved nothing says so at this level only.
WITH_PASSES = ["--policy", str(POLICY), "--log-level", "debug"]
HOLIDAY = """BEGIN:VEVENT
UID:moved-by-law-{day}
DTSTART;VALUE=DATE:{day}
DTEND;VALUE=DATE:{after}
SUMMARY:A day that the law made a holiday
END:VEVENT
END:VCALENDAR"""


def copy_policy():
    """The packs without their tests, which such revisions would fail."""
    (POLICY / "calendars").mkdir(parents=True, exist_ok=True)
    for file in Path("deploy/policy").glob("*.yaml"):
        (POLICY / file.name).write_text(re.sub(r"^tests:\n(?:[ #\-].*\n|\n)*", "", file.read_text(), flags=re.M))
    for file in Path("deploy/policy/calendars").glob("*.ics"):
        (POLICY / "calendars" / file.name).write_bytes(file.read_bytes())


def change(name, old, new):
    file = POLICY / name
    text = file.read_text()
    assert old in text, f"{name} does not hold {old}"
    file.write_text(text.replace(old, new))


def us_holiday(day):
    """The text that the American calendar ends with once `day` (20260914) is a holiday of it."""
    return HOLIDAY.format(day=day, after=day + 1)


def times_loaded(worker):
    return len(worker.said("policy.loaded"))


def settled(*workers):
    """Every worker has gone through the open duties under the revision that is live. A pass that a reload supersedes says
    nothing: the latest line counts."""
    def latest(w, event):
        return max((line["ts"] for line in w.said(event)), default="")

    return until(lambda: all(latest(w, "deadlines.moved") > latest(w, "policy.loaded") for w in workers), 90)


def reload(worker):
    """It has loaded the packs again; its pass may not be over yet."""
    before = times_loaded(worker)
    worker.process.send_signal(signal.SIGHUP)
    return until(lambda: times_loaded(worker) > before, 90)
