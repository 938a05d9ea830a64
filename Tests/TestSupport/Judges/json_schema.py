"""Judges parameter schemas and values by the jsonschema package.

Reads a JSON file: a list of {"schema": …, "values": […]}. Prints a line for each schema: why it is no JSON Schema 2020-12, or
a digit for each value, 1 where the schema accepts it.
"""

import datetime
import json
import re
import sys

import jsonschema
from jsonschema import validators

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})\Z")
SPAN = re.compile(r"P(?:([0-9]+)W|(?:([0-9]+)D)?(?:T(?=[0-9])(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(\.[0-9]+)?S)?)?)\Z")

formats = jsonschema.FormatChecker(formats=())


@formats.checks("date", raises=ValueError)
def day(text):
    if not isinstance(text, str):
        return True
    if not DAY.match(text):
        raise ValueError(text)
    return datetime.date.fromisoformat(text)


@formats.checks("date-time", raises=ValueError)
def instant(text):
    if not isinstance(text, str):
        return True
    match = INSTANT.match(text)
    if not match:
        raise ValueError(text)
    date, hour, minute, second, fraction, zone = match.groups()
    if int(hour) > 23 or int(minute) > 59 or int(second) > 60:
        raise ValueError(text)
    offset = datetime.timedelta()
    if zone not in "Zz":
        sign = -1 if zone[0] == "-" else 1
        offset = sign * datetime.timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6]))
    moment = datetime.datetime.fromisoformat(date) - datetime.datetime(1970, 1, 1)
    moment += datetime.timedelta(hours=int(hour), minutes=int(minute), seconds=int(second)) - offset
    return moment + datetime.timedelta(microseconds=int(((fraction or ".0")[1:] + "000000")[:6]))


@formats.checks("duration", raises=ValueError)
def span(text):
    if not isinstance(text, str):
        return True
    match = SPAN.match(text)
    if not match or text in ("P", "PT") or text.endswith("T"):
        raise ValueError(text)
    weeks, days, hours, minutes, seconds, fraction = match.groups()
    whole = datetime.timedelta(
        weeks=int(weeks or 0), days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0),
        seconds=int(seconds or 0))
    return whole + datetime.timedelta(microseconds=int(((fraction or ".0")[1:] + "000000")[:6]))


READERS = {"date": day, "date-time": instant, "duration": span}


def bound(beyond):
    def check(validator, limit, value, schema):
        reader = READERS.get(schema.get("format"))
        if reader is None or not isinstance(value, str):
            return
        try:
            if beyond(reader(value), reader(limit)):
                yield jsonschema.ValidationError("beyond its bound")
        except ValueError:
            return  # the format itself refuses it

    return check


Validator = validators.extend(
    jsonschema.Draft202012Validator,
    {
        "formatMinimum": bound(lambda value, limit: value < limit),
        "formatMaximum": bound(lambda value, limit: value > limit),
    },
)

with open(sys.argv[1], encoding="utf-8") as file:
    cases = json.load(file)
for case in cases:
    try:
        jsonschema.Draft202012Validator.check_schema(case["schema"])
    except jsonschema.SchemaError as error:
        print("not a schema:", str(error.message).replace("\n", " "))
        continue
    validator = Validator(case["schema"], format_checker=formats)
    print("".join("1" if validator.is_valid(value) else "0" for value in case["values"]))
