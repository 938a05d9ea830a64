#!/usr/bin/env python3
"""read_parquet.py FILE: what pyarrow, DuckDB and polars find in a Parquet file, as JSON.

Prints {"readers": {"pyarrow": {"rows": n, "columns": {name: {"type", "nulls", "min", "max", "sum"}}}, "duckdb": ..., "polars": ...},
"metadata": {...}, "row_groups": [rows...], "codecs": [...]}. Types carry one name for all three readers; times and dates are
text; sums are those of the numbers. Fails when a page's checksum or a row group's statistics do not fit its values.
"""
import datetime
import json
import math
import sys

import duckdb
import polars
import pyarrow
import pyarrow.compute
import pyarrow.parquet


def text(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, datetime.date) else value


def summary(kind, nulls, least, greatest, total):
    return {"type": kind, "nulls": nulls, "min": text(least), "max": text(greatest), "sum": total}


def by_pyarrow(path):
    names = {"timestamp[us]": "timestamp", "date32[day]": "date", "string": "text", "bool": "bool"}
    table = pyarrow.parquet.ParquetFile(path, page_checksum_verification=True).read()
    columns = {}
    for name in table.column_names:
        column = table.column(name)
        kind = names.get(str(column.type), str(column.type))
        ends = pyarrow.compute.min_max(column).as_py()
        total = None
        if kind in ("int64", "double"):
            total = math.fsum(value for value in column.to_pylist() if value is not None)
        columns[name] = summary(kind, column.null_count, ends["min"], ends["max"], total)
    return {"rows": table.num_rows, "columns": columns}


def by_duckdb(path):
    names = {"BIGINT": "int64", "DOUBLE": "double", "VARCHAR": "text", "TIMESTAMP": "timestamp", "DATE": "date", "BOOLEAN": "bool"}
    relation = duckdb.read_parquet(path)
    columns = {}
    for name, kind in zip(relation.columns, relation.types):
        kind = names.get(str(kind), str(kind))
        quoted = '"' + name.replace('"', '""') + '"'
        total = f"fsum({quoted})" if kind in ("int64", "double") else "NULL"
        query = f"SELECT count(*) - count({quoted}), min({quoted}), max({quoted}), {total} FROM relation"
        nulls, least, greatest, total = duckdb.sql(query).fetchall()[0]
        columns[name] = summary(kind, nulls, least, greatest, (total or 0.0) if kind in ("int64", "double") else None)
    return {"rows": duckdb.sql("SELECT count(*) FROM relation").fetchall()[0][0], "columns": columns}


def by_polars(path):
    names = {
        polars.Int64: "int64", polars.Float64: "double", polars.String: "text", polars.Date: "date",
        polars.Boolean: "bool", polars.Datetime("us", None): "timestamp",
    }
    frame = polars.read_parquet(path)
    columns = {}
    for name in frame.columns:
        column = frame[name]
        kind = names.get(column.dtype, str(column.dtype))
        total = float(column.sum()) if kind in ("int64", "double") else None
        columns[name] = summary(kind, column.null_count(), column.min(), column.max(), total)
    return {"rows": frame.height, "columns": columns}


def check_statistics(path):
    file = pyarrow.parquet.ParquetFile(path)
    for group in range(file.num_row_groups):
        table = file.read_row_group(group)
        for index in range(file.metadata.num_columns):
            chunk = file.metadata.row_group(group).column(index)
            column = table.column(index)
            ends = pyarrow.compute.min_max(column).as_py()
            told = chunk.statistics
            assert told.null_count == column.null_count, f"{chunk.path_in_schema}: nulls {told.null_count}"
            if told.has_min_max:
                found = (told.min, told.max)
                assert found == (ends["min"], ends["max"]), f"{chunk.path_in_schema}: {found}, but the values say {ends}"
            else:
                assert ends["min"] is None or len(ends["max"]) > 64 or len(ends["min"]) > 64, f"{chunk.path_in_schema}: no min, max"


def main(path):
    check_statistics(path)
    file = pyarrow.parquet.ParquetFile(path)
    groups = [file.metadata.row_group(group) for group in range(file.num_row_groups)]
    codecs = sorted({group.column(index).compression for group in groups for index in range(group.num_columns)})
    metadata = {key.decode(): value.decode() for key, value in (file.metadata.metadata or {}).items()}
    result = {
        "readers": {"pyarrow": by_pyarrow(path), "duckdb": by_duckdb(path), "polars": by_polars(path)},
        "metadata": metadata, "row_groups": [group.num_rows for group in groups], "codecs": codecs,
    }
    json.dump(result, sys.stdout)


main(sys.argv[1])
