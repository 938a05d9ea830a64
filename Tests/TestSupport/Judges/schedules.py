"""Says by croniter and dateutil when schedules fire, over fifty years and in zones with odd summer times.

usage: schedules.py SEED CRONS RULES ZONES

Prints a JSON object a line: {"schedule": …, "after": second, "next": [second or [second, slot, fold], …], "before": second,
"previous": second}. Times of the first two kinds are UTC's, so that they are local times; those of the third are a zone's,
around its changes of clocks, and follow the rule that docs/schedules.md gives: a time that clocks leave out comes as much later
unless the schedule has a time there, one that they show twice comes first only, unless the schedule fires in every hour.
"""

import datetime
import json
import random
import sys
import zoneinfo

from croniter import croniter
from dateutil.rrule import rrulestr

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1)
FIRST, LAST = datetime.datetime(1990, 1, 1), datetime.datetime(2040, 1, 1)
ZONES = """Africa/Cairo Africa/Casablanca Africa/El_Aaiun America/Asuncion America/Havana America/New_York America/Nuuk
America/Santiago America/Sao_Paulo America/Scoresbysund America/St_Johns Antarctica/Troll Asia/Amman Asia/Beirut Asia/Gaza
Asia/Kolkata Asia/Pyongyang Asia/Tehran Atlantic/Azores Australia/Lord_Howe Australia/Sydney Europe/Berlin Europe/Dublin
Europe/Istanbul Europe/London Europe/Moscow Europe/Volgograd Pacific/Apia Pacific/Auckland Pacific/Chatham Pacific/Easter
Pacific/Fiji Pacific/Kwajalein Pacific/Norfolk Pacific/Tongatapu""".split()
MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()
DAYS = "SUN MON TUE WED THU FRI SAT".split()

chance = random.Random(int(sys.argv[1]))


def second(time):
    return (time - EPOCH) // datetime.timedelta(seconds=1)


def moment():
    return FIRST + datetime.timedelta(minutes=chance.randrange(int((LAST - FIRST).total_seconds()) // 60))


def field(low, high, names=()):
    """A field of a crontab, in all forms that both know and mean the same by."""

    def value(number):
        if names and chance.random() < 0.5:
            name = names[number - low]
            return chance.choice([name, name.lower(), name.capitalize()])
        return str(number)

    def part():
        kind = chance.random()
        if kind < 0.45:
            return value(chance.randint(low, high))
        if kind < 0.7:
            first = chance.randint(low, high - 1)
            text = f"{value(first)}-{value(chance.randint(first + 1, high))}"
            return text + (f"/{chance.randint(1, min(7, high - low))}" if chance.random() < 0.4 else "")
        # A step that is longer than the field is refused here, and */1 is * here.
        if kind < 0.9:
            return f"*/{chance.randint(2, (high - low + 1) // 2)}"
        return f"{chance.randint(low, high)}/{chance.randint(1, min(9, high - low))}"

    if chance.random() < 0.35:
        return "*"
    return ",".join(part() for _ in range(chance.choice([1, 1, 1, 2, 3])))


def cron():
    day, weekday = field(1, 31), field(0, 6, DAYS)
    kind = chance.random()
    if kind < 0.08:
        day = chance.choice(["L", "L,15", "1,L"])
    elif kind < 0.13:
        day, weekday = "*", ",".join(f"{chance.randint(0, 6)}#{chance.randint(1, 5)}" for _ in range(chance.choice([1, 2])))
    elif kind < 0.18:
        day, weekday = "*", f"L{chance.randint(0, 6)}"
    elif kind < 0.22:
        weekday = chance.choice(["FRI-MON", "SAT-SUN", "5-7", "6-2", "7"])
    month = chance.choice(["NOV-FEB", "10-3"]) if chance.random() < 0.05 else field(1, 12, MONTHS)
    hour = chance.choice(["22-2", "20-4/2"]) if chance.random() < 0.05 else field(0, 23)
    return f"{field(0, 59)} {hour} {day} {month} {weekday}"


def show(**case):
    print(json.dumps(case, separators=(",", ":")))


def judge_cron():
    text, day_or = cron(), chance.random() < 0.8
    schedule = {"cron": text, "timezone": "UTC", "dayOr": day_or}
    try:
        croniter(text, FIRST, day_or=day_or, max_years_between_matches=100).get_next(datetime.datetime)
    except Exception:
        # It never fires.
        return
    # croniter takes a day field that lists all days for a * where there is a star in the other.
    fields = text.split()
    if any(fields[place] != "*" and croniter.expand(text)[0][place] == ["*"] for place in (2, 4)):
        return
    for _ in range(3):
        after = moment()
        times = croniter(text, after, day_or=day_or, max_years_between_matches=100)
        following = [second(times.get_next(datetime.datetime)) for _ in range(6)]
        before = croniter(text, after, day_or=day_or, max_years_between_matches=100).get_prev(datetime.datetime)
        show(schedule=schedule, after=second(after), next=following, before=second(after), previous=second(before))


def numbers(low, high, count, negative=False):
    some = {chance.randint(low, high) for _ in range(chance.randint(1, count))}
    return ",".join(str(-n if negative and chance.random() < 0.4 else n) for n in sorted(some))


def rule():
    frequency = chance.choice("YEARLY YEARLY MONTHLY MONTHLY WEEKLY WEEKLY DAILY HOURLY MINUTELY".split())
    parts = [f"FREQ={frequency}"]
    if chance.random() < 0.6:
        parts.append(f"INTERVAL={chance.choice([1, 2, 3, 4, 5, 6, 7, 10, 12, 25, 36, 90])}")
    days = "SU MO TU WE TH FR SA".split()
    may = lambda share: chance.random() < share  # noqa: E731
    if may(0.3):
        parts.append(f"BYMONTH={numbers(1, 12, 4)}")
    if frequency == "YEARLY" and may(0.2):
        parts.append(f"BYWEEKNO={numbers(1, 52, 3)}")
        if may(0.7):
            parts.append(f"BYDAY={','.join(chance.sample(days, chance.randint(1, 3)))}")
    elif frequency in ("YEARLY", "MONTHLY") and may(0.3):
        most = 5 if frequency == "MONTHLY" or any(p.startswith("BYMONTH=") for p in parts) else 50
        picks = (f"{chance.choice(['', '', '-'])}{chance.randint(1, most)}{day}" for day in chance.sample(days, chance.randint(1, 3)))
        parts.append(f"BYDAY={','.join(picks)}")
    elif frequency != "YEARLY" and may(0.4):
        parts.append(f"BYDAY={','.join(chance.sample(days, chance.randint(1, 4)))}")
    elif may(0.25):
        parts.append(f"BYMONTHDAY={numbers(1, 31, 4, negative=True)}")
    elif frequency == "YEARLY" and may(0.3):
        parts.append(f"BYYEARDAY={numbers(1, 366, 5, negative=True)}")
    if may(0.3):
        parts.append(f"BYHOUR={numbers(0, 23, 3)}")
    if may(0.3):
        parts.append(f"BYMINUTE={numbers(0, 59, 3)}")
    # dateutil counts places in the first week from the beginning on, and in HOURLY within what is left of the day.
    if frequency in ("YEARLY", "MONTHLY") and any(part.startswith("BY") for part in parts) and may(0.25):
        parts.append(f"BYSETPOS={numbers(1, 4, 2, negative=True)}")
    if frequency == "WEEKLY" and may(0.3):
        parts.append(f"WKST={chance.choice(days)}")
    chance.shuffle(parts)
    return frequency, ";".join(parts)


def judge_rule():
    frequency, text = rule()
    begin = FIRST + datetime.timedelta(days=chance.randrange(4000), seconds=60 * chance.randrange(1440))
    ending = chance.random()
    if ending < 0.1:
        text += f";COUNT={chance.randint(1, 40)}"
    elif ending < 0.2:
        text += f";UNTIL={begin + datetime.timedelta(days=chance.randrange(1, 3000)):%Y%m%dT%H%M%S}"
    lines = f"DTSTART:{begin:%Y%m%dT%H%M%S}\nRRULE:{text}"
    if chance.random() < 0.1:
        lines += f"\nRDATE:{begin + datetime.timedelta(days=40, minutes=7):%Y%m%dT%H%M%S}"
    if frequency in ("HOURLY", "MINUTELY"):
        # dateutil walks from the beginning, a minute at a time.
        after = begin + datetime.timedelta(days=chance.randrange(20))
        if chance.random() < 0.5:
            after = begin - datetime.timedelta(minutes=1)
    else:
        after = begin + datetime.timedelta(days=chance.randrange(-10, 14_000), minutes=chance.randrange(1440))
    try:
        times = rrulestr(lines)
        following = []
        budget = datetime.datetime(2060, 1, 1)
        for time in times.xafter(after, count=8):
            if time > budget:
                break
            following.append(second(time))
    except ValueError:
        # It never fires, for dateutil says so of some.
        return
    # A rule that never fires is refused, whatever other lines say.
    if not following or "RDATE" in lines:
        if not ("COUNT" in text or "UNTIL" in text) or next(iter(rrulestr(lines.split("\nRDATE")[0])), None) is None:
            return
    case = dict(schedule={"rrule": lines, "timezone": "UTC"}, after=second(after), next=following)
    if following:
        last = times.before(EPOCH + datetime.timedelta(seconds=following[-1]))
        if last:
            case.update(before=following[-1], previous=second(last))
    show(**case)


def changes(zone):
    """The instants at which a zone's clocks are changed, in fifty years."""

    def offset(time):
        return time.replace(tzinfo=UTC).astimezone(zone).utcoffset()

    found = []
    time, before = FIRST, offset(FIRST)
    while time < LAST:
        day = time + datetime.timedelta(days=1)
        after = offset(day)
        if after != before:
            low, high = second(time), second(day)
            while high - low > 1:
                middle = (low + high) // 2
                if offset(EPOCH + datetime.timedelta(seconds=middle)) == before:
                    low = middle
                else:
                    high = middle
            found.append(high)
        time, before = day, after
    return found


def instant(local, zone, fold):
    return second(local.replace(tzinfo=zone, fold=fold).astimezone(UTC).replace(tzinfo=None))


def shown(at, zone):
    return (EPOCH + datetime.timedelta(seconds=at)).replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def fires(text, zone, begin, end):
    """The instants at which a cron line fires, by its local times from two days before to two days after."""
    low, high = shown(begin, zone) - datetime.timedelta(days=2), shown(end, zone) + datetime.timedelta(days=2)
    local, times = [], croniter(text, low, max_years_between_matches=100)
    while True:
        time = times.get_next(datetime.datetime)
        if time > high:
            break
        local.append(time)
    known = set(local)
    every_hour = all(croniter.match(f"* {text.split()[1]} * * *", datetime.datetime(2020, 1, 1, hour)) for hour in range(24))
    found = []
    for time in local:
        first, last = instant(time, zone, 0), instant(time, zone, 1)
        if shown(first, zone) != time:
            # Left out: Python takes fold 0 by the offset before.
            if shown(first, zone) not in known:
                found.append([first, time.isoformat(timespec="minutes"), 0])
            continue
        found.append([first, time.isoformat(timespec="minutes"), 0])
        if last != first and every_hour:
            found.append([last, time.isoformat(timespec="minutes"), 1])
    return sorted(case for case in found if begin < case[0] <= end)


def judge_zone(name, count):
    zone = zoneinfo.ZoneInfo(name)
    found = changes(zone) or [second(FIRST)]
    for _ in range(count):
        change = chance.choice(found)
        gap = shown(change, zone)
        hour = chance.choice(["*", "*/2", str((gap.hour - 1) % 24), str(gap.hour), f"{gap.hour},{(gap.hour + 1) % 24}", "0-3", "*/3", "0"])
        minute = chance.choice(["*/15", "0", "30", "7,37", "*/20", "45", "59"])
        text = f"{minute} {hour} {chance.choice(['*', '*', '*', '*/2'])} * {chance.choice(['*', '*', 'FRI-SUN'])}"
        begin, end = change - 100_000 - chance.randrange(60), change + 100_000
        times = fires(text, zone, begin, end)
        if times:
            show(schedule={"cron": text, "timezone": name}, after=begin, next=times, before=times[-1][0] + 1, previous=times[-1][0])
            # The way back meets the same.
            for (earlier, *_), (later, *_) in zip(times, times[1:]):
                if abs(later - change) < 20_000:
                    show(schedule={"cron": text, "timezone": name}, after=earlier, next=[later], before=later, previous=earlier)


for _ in range(int(sys.argv[2])):
    judge_cron()
for _ in range(int(sys.argv[3])):
    judge_rule()
for name in ZONES if int(sys.argv[4]) else []:
    judge_zone(name, int(sys.argv[4]))
