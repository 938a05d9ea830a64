#!/usr/bin/env python3
"""write_parquet.py WRITER FOLDER: files of one writer (pyarrow, duckdb or polars), in every shape that it offers.

Prints {"tables": {name: {column: {"type", "numbers" or "texts", "tolerance"}}}, "files": [{"name", "table"}]}. Types are those
of our columns; numbers are whole: times in microseconds, dates in days, truth values 0 and 1, floating point by its 64 bits.
Columns that cannot be read have the type "unreadable".
"""
import datetime
import decimal
import itertools
import json
import os
import struct
import sys

import pyarrow
import pyarrow.parquet

EPOCH = datetime.date(1970, 1, 1)
CODECS = ["none", "snappy", "gzip", "zstd"]


def is_null(pattern, row):
    """Which rows are NULL: none, each third, long blocks, all."""
    return {"no": False, "some": row % 3 == 1, "blocks": row // 97 % 2 == 1, "all": True}[pattern]


def values(kind, rows, distinct):
    """Distinct values in a random-looking order, the least and greatest of the type among them."""
    for row in range(rows):
        number = (row * 7919 + row // 5) % distinct
        signed = number - distinct // 3
        if kind.startswith(("int", "uint")):
            bits = int(kind.lstrip("uint"))
            low, high = (0, 2**min(bits, 63) - 1) if kind[0] == "u" else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
            yield low if row == 5 else high if row == 9 else max(low, min(high, number if kind[0] == "u" else signed))
        elif kind in ("float", "double"):
            # No negative zero, which DuckDB takes for the other one.
            yield [signed / 4, float("inf"), -1.5e-40, signed * 0.1][row % 4 if row < 40 else 0]
        elif kind == "halffloat":
            yield signed % 1000 / 4
        elif kind == "bool":
            yield number % 3 == 0
        elif kind in ("string", "large_string", "dictionary"):
            yield ["", "é", "N", "a text that is longer than eight bytes"][number] if number < 4 else f"t{number}"
        elif kind == "date":
            yield EPOCH + datetime.timedelta(days=signed * 7)
        elif kind.startswith("timestamp"):
            yield datetime.datetime(2021, 1, 31, 23, 59, 59) + datetime.timedelta(seconds=signed * 86_399)
        elif kind.startswith("decimal"):
            digits = int(kind.split("_")[1])
            yield decimal.Decimal(signed * 10 ** (digits - 5) + number).scaleb(-2) if digits > 9 else decimal.Decimal(signed).scaleb(-2)


def arrow_type(kind):
    special = {
        "date": pyarrow.date32(), "double": pyarrow.float64(), "float": pyarrow.float32(), "halffloat": pyarrow.float16(),
        "timestamp_s": pyarrow.timestamp("s"), "timestamp_ms": pyarrow.timestamp("ms"), "timestamp_us": pyarrow.timestamp("us"),
        "timestamp_ns": pyarrow.timestamp("ns"), "timestamp_utc": pyarrow.timestamp("us", tz="UTC"),
        "dictionary": pyarrow.dictionary(pyarrow.int32(), pyarrow.string()), "bool": pyarrow.bool_(), "string": pyarrow.string(),
        "large_string": pyarrow.large_string(),
    }
    if kind.startswith("decimal"):
        return pyarrow.decimal128(int(kind.split("_")[1]), 2)
    return special.get(kind) or getattr(pyarrow, kind)()


def our_type(kind):
    if kind in ("int8", "int16", "int32", "uint8", "uint16"):
        return "int32"
    if kind in ("int64", "uint32", "uint64"):
        return "int64"
    if kind in ("float", "double", "halffloat") or kind.startswith("decimal"):
        return "double"
    if kind in ("string", "large_string", "dictionary"):
        return "text"
    return kind.split("_")[0]


def number(value):
    if value is None or isinstance(value, int):
        return None if value is None else int(value)
    if isinstance(value, datetime.datetime):
        return round((value.replace(tzinfo=None) - datetime.datetime(1970, 1, 1)) / datetime.timedelta(microseconds=1))
    if isinstance(value, datetime.date):
        return (value - EPOCH).days
    return struct.unpack("<q", struct.pack("<d", float(value)))[0]


class Shapes:
    """The tables and files of one writer."""

    def __init__(self, folder):
        self.folder = folder
        self.tables = {}
        self.files = []

    def table(self, name, kinds, rows, distinct=50, patterns=("no", "some", "blocks", "all")):
        """A table with a column of each kind and pattern of NULLs."""
        arrays, expected = {}, {}
        for kind, pattern in itertools.product(kinds, patterns):
            listed = [None if is_null(pattern, row) else value for row, value in enumerate(values(kind, rows, distinct))]
            column = f"{kind} {pattern}"
            arrays[column] = pyarrow.array(listed, arrow_type(kind))
            found = [value.as_py() if kind == "float" else told for value, told in zip(arrays[column], listed)]
            entry = {"type": our_type(kind)}
            if entry["type"] == "text":
                entry["texts"] = found
            else:
                entry["numbers"] = [number(value) for value in found]
            if kind.startswith("decimal_3"):
                entry["tolerance"] = 1e-15
            expected[column] = entry
        self.tables[name] = expected
        return pyarrow.table(arrays)

    def file(self, table, *parts):
        """The path of a new file that holds a table."""
        name = "-".join([table, *map(str, parts)]) + ".parquet"
        self.files.append({"name": name, "table": table})
        return os.path.join(self.folder, name)

    def add(self, table, column, kind):
        self.tables[table][column] = {"type": kind}


NUMBERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float", "double"]
TIMES = ["date", "timestamp_s", "timestamp_ms", "timestamp_us", "timestamp_ns", "timestamp_utc"]
DECIMALS = ["decimal_5", "decimal_15", "decimal_38"]
ALL = NUMBERS + TIMES + DECIMALS + ["bool", "string", "large_string"]


def by_pyarrow(shapes):
    write = pyarrow.parquet.write_table
    everything = shapes.table("all", ALL + ["halffloat", "dictionary"], 400)
    everything = everything.append_column("null", pyarrow.nulls(400, pyarrow.null()))
    shapes.tables["all"]["null"] = {"type": "int32", "numbers": [None] * 400}
    everything = everything.append_column("list", pyarrow.array([[1, 2], None, [], [3]] * 100))
    everything = everything.append_column("struct", pyarrow.array([{"a": 1, "b": {"c": "x"}}, None] * 200))
    shapes.add("all", "list", "unreadable")
    shapes.add("all", "struct", "unreadable")
    # Behind the nested columns, whose leaves must be counted.
    everything = everything.append_column("last", pyarrow.array(range(400), pyarrow.int64()))
    shapes.tables["all"]["last"] = {"type": "int64", "numbers": list(range(400))}
    for codec, version, has_dictionary in itertools.product(CODECS, ["1.0", "2.0"], [True, False]):
        write(everything, shapes.file("all", codec, version, has_dictionary), compression=codec, data_page_version=version,
              use_dictionary=has_dictionary, write_page_checksum=version == "2.0", write_statistics=has_dictionary)
    write(everything, shapes.file("all", "groups"), row_group_size=61, data_page_size=100, write_batch_size=10, version="1.0")
    write(everything, shapes.file("all", "int96"), use_deprecated_int96_timestamps=True, store_schema=False)
    write(everything, shapes.file("all", "decimals"), store_decimal_as_integer=True, write_page_index=True)

    long = shapes.table("long", ["int32", "int64", "double", "timestamp_us", "string", "bool"], 4000, distinct=3500)
    # The dictionary grows too large within a column, which goes on without.
    write(long, shapes.file("long", "fallback"), dictionary_pagesize_limit=5000, data_page_size=2000, compression="gzip")
    write(long, shapes.file("long", "pages"), data_page_size=3000, compression="zstd", data_page_version="2.0")
    write(long, shapes.file("long", "one"), data_page_size=1 << 20, use_dictionary=False)

    required = shapes.table("required", ALL, 300, patterns=["no"])
    fields = [field.with_nullable(False) for field in required.schema]
    for version in ["1.0", "2.0"]:
        write(required.cast(pyarrow.schema(fields)), shapes.file("required", version), data_page_version=version, row_group_size=77)

    for encoding, kinds in {
        "DELTA_BINARY_PACKED": ["int8", "int32", "uint32", "int64", "uint64", "timestamp_ms", "timestamp_ns"],
        "DELTA_LENGTH_BYTE_ARRAY": ["string", "large_string"], "DELTA_BYTE_ARRAY": ["string", "large_string", "decimal_15", "halffloat"],
        "BYTE_STREAM_SPLIT": ["float", "double", "int32", "int64", "timestamp_us", "decimal_38", "halffloat"],
        "RLE": ["bool"], "PLAIN": ["bool", "string", "double"],
    }.items():
        for distinct in [1, 40, 10_000]:
            name = f"{encoding} {distinct}"
            table = shapes.table(name, kinds, 900, distinct=distinct)
            for version in ["1.0", "2.0"]:
                write(table, shapes.file(name, version), use_dictionary=False, column_encoding=encoding, data_page_version=version,
                      data_page_size=1000, write_batch_size=100, compression="snappy")

    empty = shapes.table("empty", ALL, 0)
    write(empty, shapes.file("empty"))
    with pyarrow.parquet.ParquetWriter(shapes.file("long", "empty groups"), long.schema) as writer:
        for part in [long.slice(0, 0), long.slice(0, 1500), long.slice(1500, 0), long.slice(1500), long.slice(0, 0)]:
            writer.write_table(part, row_group_size=4000)


def by_duckdb(shapes):
    import duckdb
    tables = {
        "all": shapes.table("all", ALL, 400), "long": shapes.table("long", ALL, 2500, distinct=2000, patterns=["no", "some"]),
        "one": shapes.table("one", ALL, 200, distinct=1), "empty": shapes.table("empty", ALL, 0),
    }
    for (name, frame), codec, version in itertools.product(tables.items(), ["uncompressed", *CODECS[1:]], ["V1", "V2"]):
        path = shapes.file(name, codec, version)
        duckdb.sql(f"COPY frame TO '{path}' (FORMAT parquet, CODEC '{codec}', PARQUET_VERSION {version}, ROW_GROUP_SIZE 2048)")


def by_polars(shapes):
    import polars
    # A polars decimal without a value has no digits to be told by.
    kinds = [kind for kind in ALL if not kind.startswith("decimal")] + ["dictionary"]
    tables = {
        "all": shapes.table("all", kinds, 400), "long": shapes.table("long", kinds, 2500, distinct=2000, patterns=["no", "some"]),
        "one": shapes.table("one", kinds, 200, distinct=1), "empty": shapes.table("empty", kinds, 0),
        "decimals": shapes.table("decimals", DECIMALS, 500, patterns=["no", "some"]),
    }
    for (name, table), codec in itertools.product(tables.items(), ["uncompressed", *CODECS[1:]]):
        frame = polars.from_arrow(table)
        frame.write_parquet(shapes.file(name, codec), compression=codec, data_page_size=5000)
        frame.write_parquet(shapes.file(name, codec, "groups"), compression=codec, row_group_size=333, statistics=False)


def main(writer, folder):
    shapes = Shapes(folder)
    {"pyarrow": by_pyarrow, "duckdb": by_duckdb, "polars": by_polars}[writer](shapes)
    json.dump({"tables": shapes.tables, "files": shapes.files}, sys.stdout)


main(*sys.argv[1:])
