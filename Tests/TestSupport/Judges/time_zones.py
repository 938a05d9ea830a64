"""Says by Python's zoneinfo what clocks show, for all zones of the system's database.

usage: time_zones.py FOLDER SEED

Prints a line for each case: zone, instant, its offset, a wall time, and the instants at which clocks show it, before and after
a change (fold 0 and 1). The cases of a zone are random instants from 1900 to 2170, and those around the changes of its rules.
"""

import datetime
import os
import random
import sys
import zoneinfo

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
WALL_EPOCH = datetime.datetime(1970, 1, 1)
FIRST, LAST = -2_208_988_800, 6_311_433_600

folder, seed = sys.argv[1], int(sys.argv[2])
zoneinfo.reset_tzpath([folder])
chance = random.Random(seed)


def offset(zone, instant):
    moment = (EPOCH + datetime.timedelta(seconds=instant)).astimezone(zone)
    return int(moment.utcoffset().total_seconds())


def changes(zone):
    """The changes of a random stretch of 400 days in our times."""
    start = chance.randrange(0, 4_102_444_800)
    before = offset(zone, start)
    for day in range(1, 400):
        after = offset(zone, start + day * 86_400)
        if after == before:
            continue
        low, high = start + (day - 1) * 86_400, start + day * 86_400
        while high - low > 1:
            middle = (low + high) // 2
            if offset(zone, middle) == before:
                low = middle
            else:
                high = middle
        yield high
        before = after


def instant(wall, zone, fold):
    moment = (WALL_EPOCH + datetime.timedelta(seconds=wall)).replace(tzinfo=zone, fold=fold)
    return int((moment.astimezone(UTC) - EPOCH).total_seconds())


names = sorted(
    name
    for place, _, files in os.walk(folder)
    for name in (os.path.relpath(os.path.join(place, file), folder) for file in files)
    if name[0].isupper() and "." not in name
)
for name in names:
    zone = zoneinfo.ZoneInfo(name)
    instants = [chance.randrange(FIRST, LAST) for _ in range(20)]
    for change in changes(zone):
        instants += [change + near for near in (-3600, -1800, -1, 0, 1, 1800, 3599)]
    for time in instants:
        east = offset(zone, time)
        wall = time + east + chance.choice([0, 0, 1800, -1800, 3600, -3600, 900])
        print(name, time, east, wall, instant(wall, zone, 0), instant(wall, zone, 1))
