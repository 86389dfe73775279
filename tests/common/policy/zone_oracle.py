"""Every transition of every zone from 1990 to 2037, as Python's zoneinfo sees it: an oracle for tz.c.

Prints `o ZONE INSTANT OFFSET` (offset at an instant) and `w ZONE WALL INSTANT` (earliest instant of a wall time), seconds.
Arguments: zones, or --all.
"""
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

EPOCH = datetime(1970, 1, 1)


def offset(zone, t):
    return int(datetime.fromtimestamp(t, zone).utcoffset().total_seconds())


def earliest(zone, wall):
    naive = EPOCH + timedelta(seconds=wall)
    return int(min(naive.replace(tzinfo=zone, fold=f).astimezone(timezone.utc).timestamp() for f in (0, 1)))


def main(names):
    first = int(datetime(1990, 1, 1, tzinfo=timezone.utc).timestamp())
    last = int(datetime(2037, 12, 31, tzinfo=timezone.utc).timestamp())
    for name in names:
        zone = ZoneInfo(name)
        step, t, count = 6 * 86400, first, 0
        while t < last:
            before, after = offset(zone, t), offset(zone, t + step)
            middle = offset(zone, t + step // 2)
            if before == after == middle:
                t += step
                continue
            lo, hi = t, t + (step // 2 if middle != before else step)
            while hi - lo > 1:
                mid = (lo + hi) // 2
                lo, hi = (mid, hi) if offset(zone, mid) == before else (lo, mid)
            count += 1
            for at in (hi - 1, hi, hi + 1, hi + 86400):
                print("o", name, at, offset(zone, at))
            for wall in {hi + o + d for o in (before, offset(zone, hi)) for d in (-3601, -1, 0, 1, 900, 1800, 3599, 3600)}:
                print("w", name, wall, earliest(zone, wall))
            t = hi
        for at in range(first, last, 400 * 86400 + 12345):
            print("o", name, at, offset(zone, at))
            print("w", name, at, earliest(zone, at))
        print("n", name, count, 0)


main(sorted(available_timezones()) if sys.argv[1:] == ["--all"] else sys.argv[1:])
