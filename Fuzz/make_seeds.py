#!/usr/bin/env python3
"""make_seeds.py FOLDER: tiny files that the fuzzer begins with, in FOLDER/{csv,gzip,parquet}: every type, encoding, page version
and codec that pyarrow, DuckDB and polars write, and the shapes of CSV and gzip that the readers know."""
import datetime
import decimal
import gzip
import itertools
import os
import sys

import duckdb
import polars
import pyarrow
import pyarrow.parquet

ROWS = 12
VALUES = {
    "bool": (pyarrow.bool_(), lambda row: row % 3 == 0), "i32": (pyarrow.int32(), lambda row: row * 7 - 20),
    "u32": (pyarrow.uint32(), lambda row: 2**32 - 1 - row), "u64": (pyarrow.uint64(), lambda row: row << 40),
    "i64": (pyarrow.int64(), lambda row: (row - 5) << 40), "f": (pyarrow.float32(), lambda row: row / 4),
    "h": (pyarrow.float16(), lambda row: row / 2), "d": (pyarrow.float64(), lambda row: row / 3),
    "t": (pyarrow.string(), lambda row: ["", "é", "N", "longer than eight bytes"][row % 4]),
    "date": (pyarrow.date32(), lambda row: datetime.date(2021, 1, 1 + row)),
    "ms": (pyarrow.timestamp("ms"), lambda row: datetime.datetime(2021, 1, 1, row)),
    "us": (pyarrow.timestamp("us"), lambda row: datetime.datetime(2021, 1, 1, row)),
    "ns": (pyarrow.timestamp("ns"), lambda row: datetime.datetime(1969, 1, 1, row)),
    "dec": (pyarrow.decimal128(9, 2), lambda row: decimal.Decimal(row - 5)), "null": (pyarrow.null(), lambda row: None),
}
ENCODINGS = {
    "DELTA_BINARY_PACKED": ["i32", "i64", "ns"], "DELTA_LENGTH_BYTE_ARRAY": ["t"], "DELTA_BYTE_ARRAY": ["t", "dec"],
    "BYTE_STREAM_SPLIT": ["f", "d", "i64"], "RLE": ["bool"], "PLAIN": ["bool", "t", "d"],
}


def column(name, isNull):
    kind, value = VALUES[name]
    return pyarrow.array([None if isNull(row) else value(row) for row in range(ROWS)], kind)


def table(names, isNull=lambda row: row % 4 == 1):
    return pyarrow.table({name: column(name, isNull) for name in names})


def bad_values():
    """A month of green trips with a value that no column can hold, of each kind, in a row of its own."""
    pickup = [datetime.datetime(2020, 7, 1, hour) for hour in range(8)]
    dropoff = [1593561918000] * 2 + [2**62] + [1593561918000] * 5
    return pyarrow.table({
        "VendorID": pyarrow.array([1, 2**63 + 5, 1, 1, 1, 1, 1, 2], pyarrow.uint64()),
        "lpep_pickup_datetime": pyarrow.array(pickup, pyarrow.timestamp("us", "UTC")),
        "lpep_dropoff_datetime": pyarrow.array(dropoff, pyarrow.int64()).cast(pyarrow.timestamp("ms")),
        "store_and_fwd_flag": pyarrow.array([b"N", b"Y", b"N", b"\xff\xfe", None, b"N", b"N", b"Y"], pyarrow.binary()),
        "passenger_count": [1.0, 1, 1, 1, 1, float("nan"), 1, 1],
        "total_amount": [1.5, 1, 1, 1, float("-inf"), float("nan"), 1, 2.5],
        "undeclared": pyarrow.array([1, 2, 3, 4, 5, None, 2**64 - 1, 8], pyarrow.uint64()),
        "nested": [[1]] * 8,
    })


def parquet(folder):
    def write(name, data, **options):
        options = {"store_schema": False, "compression": "none", **options}
        pyarrow.parquet.write_table(data, os.path.join(folder, name), **options)

    for name, version in itertools.product(VALUES, ["1.0", "2.0"]):
        write(f"pyarrow-{name}-{version}", table([name]), data_page_version=version)
        write(f"pyarrow-plain-{name}-{version}", table([name], lambda row: False), data_page_version=version, use_dictionary=False)
    for codec, version in itertools.product(["snappy", "gzip", "zstd", "lz4", "brotli"], ["1.0", "2.0"]):
        write(f"pyarrow-{codec}-{version}", table(["i32", "t"]), compression=codec, data_page_version=version)
    for (encoding, names), version in itertools.product(ENCODINGS.items(), ["1.0", "2.0"]):
        write(f"pyarrow-{encoding}-{version}", table(names), use_dictionary=False, column_encoding=encoding, data_page_version=version)
    write("pyarrow-int96", table(["us"]), use_deprecated_int96_timestamps=True)
    write("pyarrow-groups", table(["i32", "t"]), row_group_size=5, data_page_size=8, write_batch_size=2, write_page_checksum=True)
    write("pyarrow-fallback", table(["d", "t"]), dictionary_pagesize_limit=20, data_page_size=8, write_batch_size=2)
    write("pyarrow-decimals", table(["dec"]), store_decimal_as_integer=True, write_page_index=True)
    write("pyarrow-required", table(["i64"], lambda row: False).cast(pyarrow.schema([pyarrow.field("i64", pyarrow.int64(), False)])))
    write("pyarrow-empty", table(["i64", "t"]).slice(0, 0))
    write("pyarrow-nested", pyarrow.table({"list": [[1], None, []], "struct": [{"a": 1}, None, None], "i": [1, 2, 3]}))
    write("pyarrow-bad-values", bad_values())
    small = table(["i32", "d", "t", "us", "bool", "date"])
    for version, codec in itertools.product(["V1", "V2"], ["uncompressed", "snappy"]):
        path = os.path.join(folder, f"duckdb-{version}-{codec}")
        duckdb.sql(f"COPY small TO '{path}' (FORMAT parquet, CODEC '{codec}', PARQUET_VERSION {version})")
    for codec in ["uncompressed", "zstd"]:
        polars.from_arrow(small).write_parquet(os.path.join(folder, f"polars-{codec}"), compression=codec)


CSV = {
    "plain": b"id,small,amount,flag,pickup,day,ok\n1,2,3.5,N,2021-01-01 00:30:10,2021-01-01,true\n,,,,,,\n-7,0,.20,Y,2041-08-17 16:24:45,2008-12-31,0\n",
    "crlf": b"id,amount\r\n1,8\r\n2,-3.5\r\n\r\n", "mixed": b"id,flag\n1,a\r\n2,b\n3,c\r", "bom": b"\xef\xbb\xbfid,flag\n1,a",
    "quotes": b'id,"flag"\n1,"a,b"\n2,"c\nd"\n3,"e""f"\n4,""\n', "blank second line": b"id, flag ,pickup \n\n1,N,2014-01-01 00:00:00\n",
    "us dates": b"pickup,day\n1/1/2021 0:30,1/31/2021\n12/31/2020 23:59:59,2/29/2020\n", "latin-1": b"flag\ncaf\xe9\n",
    "surplus": b"id,flag\n1,N,,\n2,Y,,\n", "ragged": b"id,flag,ok\n1\n1,2,3,4\n", "bad": b"id,day\nx,2021-02-30\n99999999999999999999,y\n",
    "numbers": b"amount,id\n1e300,1.0\n-0.000001,1e3\n123456789012345678901234567890.5,007\nNaN,+5\n", "unclosed": b'id,flag\n1,"abc\n2,d\n',
    "aliases": b"ID ALIAS,id,Flag Alias\n1,,csh\n,2,none\n", "html": b"<!DOCTYPE html><html></html>", "commas": b"id,flag\n,\n,\n,\n",
    "long": b"id,flag\n" + b"".join(b"%d,text %d\n" % (row, row) for row in range(60)),
}


def members(data):
    yield "level 1", gzip.compress(data, 1, mtime=0)
    yield "stored", gzip.compress(data, 0, mtime=0)
    yield "named", gzip.compress(data, 9, mtime=1)[:3] + b"\x08" + gzip.compress(data, 9, mtime=1)[4:10] + b"a.csv\0" + gzip.compress(data, 9)[10:]
    yield "two", gzip.compress(data[:30], mtime=0) + gzip.compress(data[30:], mtime=0)
    yield "padded", gzip.compress(data, mtime=0) + bytes(9)
    yield "garbage", gzip.compress(data, mtime=0) + b"xyz"
    yield "cut", gzip.compress(data, mtime=0)[:-12]
    yield "checksum", gzip.compress(data, mtime=0)[:-8] + bytes(8)
    yield "repeated", gzip.compress(data * 40, mtime=0)


def main(folder):
    for name in ["csv", "gzip", "parquet"]:
        os.makedirs(os.path.join(folder, name), exist_ok=True)
    parquet(os.path.join(folder, "parquet"))
    for name, data in CSV.items():
        with open(os.path.join(folder, "csv", name.replace(" ", "-")), "wb") as file:
            file.write(data)
    for name, data in members(CSV["plain"]):
        with open(os.path.join(folder, "gzip", name.replace(" ", "-")), "wb") as file:
            file.write(data)


main(sys.argv[1])
