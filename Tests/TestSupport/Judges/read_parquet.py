#!/usr/bin/env python3
"""read_parquet.py FILE...: what pyarrow, DuckDB and polars find in Parquet files, as a line of JSON each.

Prints {"readers": {"pyarrow": {"rows": n, "columns": {name: {"type", "nulls", "min", "max", "sum", "checksum"}}}, "duckdb":
..., "polars": ...}, "metadata": {...}, "row_groups": [rows...], "codecs": [...], "encodings": {name: [...]}, "page_indexes": n}.
Types carry one name for all three readers; times and dates are text; sums are those of the numbers; a checksum is the CRC-32
of a column's every row. Fails when a page's checksum, a row group's statistics or the page index do not fit the values, or
when a reader that filters by a value finds another number of rows.
"""
import datetime
import json
import math
import struct
import sys
import zlib

import duckdb
import polars
import pyarrow
import pyarrow.compute
import pyarrow.parquet

import page_index

# Larger files are not read again and again with filters.
FILTERED_ROWS = 100_000


def text(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value.isoformat() if isinstance(value, datetime.date) else value


def total_of(values):
    """Their exact sum; nothing where some are not finite."""
    values = [value for value in values if value is not None]
    return math.fsum(values) if all(map(math.isfinite, values)) else None


def checksum(column):
    """Of one byte a row, 0 for NULL, and the little-endian bytes of the values that are there, texts behind their length."""
    column = column.combine_chunks() if isinstance(column, pyarrow.ChunkedArray) else column
    flags = bytes(column.is_valid().cast(pyarrow.uint8()).to_numpy(zero_copy_only=False))
    column = column.drop_null()
    kind = column.type
    if pyarrow.types.is_string(kind) or pyarrow.types.is_large_string(kind) or kind == pyarrow.string_view():
        values = (value.encode() for value in column.to_pylist())
        body = b"".join(struct.pack("<I", len(value)) + value for value in values)
    elif pyarrow.types.is_boolean(kind):
        body = column.cast(pyarrow.uint8()).to_numpy(zero_copy_only=False).tobytes()
    elif pyarrow.types.is_date32(kind):
        body = column.cast(pyarrow.int32()).to_numpy(zero_copy_only=False).tobytes()
    else:
        body = column.to_numpy(zero_copy_only=False).tobytes()
    return zlib.crc32(flags + body)


def summary(kind, column, least, greatest, total):
    return {
        "type": kind, "nulls": column.null_count, "min": text(least), "max": text(greatest), "sum": total,
        "checksum": checksum(column),
    }


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
            total = total_of(column.to_pylist())
        columns[name] = summary(kind, column, ends["min"], ends["max"], total)
    return {"rows": table.num_rows, "columns": columns}


def by_duckdb(path):
    names = {"BIGINT": "int64", "DOUBLE": "double", "VARCHAR": "text", "TIMESTAMP": "timestamp", "DATE": "date", "BOOLEAN": "bool", "INTEGER": "int32"}
    relation = duckdb.read_parquet(path)
    table = relation.to_arrow_table()
    columns = {}
    for name, kind in zip(relation.columns, relation.types):
        kind = names.get(str(kind), str(kind))
        quoted = '"' + name.replace('"', '""') + '"'
        total = f"fsum({quoted})" if kind in ("int64", "double") else "NULL"
        query = f"SELECT min({quoted}), max({quoted}), {total} FROM relation"
        least, greatest, total = duckdb.sql(query).fetchall()[0]
        columns[name] = summary(kind, table.column(name), least, greatest, total_of([total or 0.0]) if kind in ("int64", "double") else None)
    return {"rows": duckdb.sql("SELECT count(*) FROM relation").fetchall()[0][0], "columns": columns}


def by_polars(path):
    names = {
        polars.Int64: "int64", polars.Float64: "double", polars.String: "text", polars.Date: "date",
        polars.Boolean: "bool", polars.Int32: "int32", polars.Datetime("us", None): "timestamp",
    }
    frame = polars.read_parquet(path)
    columns = {}
    for name in frame.columns:
        column = frame[name]
        kind = names.get(column.dtype, str(column.dtype))
        total = total_of([float(column.sum())]) if kind in ("int64", "double") else None
        columns[name] = summary(kind, column.to_arrow(), column.min(), column.max(), total)
    return {"rows": frame.height, "columns": columns}


def check_statistics(path):
    file = pyarrow.parquet.ParquetFile(path)
    for group in range(file.num_row_groups):
        table = file.read_row_group(group)
        for index in range(file.metadata.num_columns):
            chunk = file.metadata.row_group(group).column(index)
            place = f"row group {group}, column {chunk.path_in_schema}"
            column = table.column(index)
            told = chunk.statistics
            if told is None:
                continue
            assert told.null_count == column.null_count, f"{place}: nulls {told.null_count}"
            values = page_index.ends(column)
            assert told.has_min_max == bool(values), f"{place}: least and greatest value {told.has_min_max}"
            if values:
                physical = {"BOOLEAN": 0, "INT32": 1, "INT64": 2, "DOUBLE": 5, "BYTE_ARRAY": 6}[told.physical_type]
                least, greatest = told.min_raw, told.max_raw
                page_index.check_bounds(raw(least, physical), raw(greatest, physical), values, physical, place)


def raw(bound, physical):
    """The bytes of a bound that pyarrow has decoded to a number."""
    formats = {0: "?", 1: "<i", 2: "<q", 5: "<d"}
    return struct.pack(formats[physical], bound) if physical in formats else bound.encode() if isinstance(bound, str) else bound


def check_filters(path):
    """Readers that skip row groups and pages by what is told of them find every row of some values."""
    table = pyarrow.parquet.read_table(path)
    if table.num_rows > FILTERED_ROWS:
        return
    for name in table.column_names:
        values = [value for value in table.column(name).to_pylist() if value is not None and value == value]
        quoted = '"' + name.replace('"', '""') + '"'
        for value in {values[0], values[len(values) // 2], values[-1]} if values else ():
            expected = values.count(value)
            query = f"SELECT count(*) FROM read_parquet(?) WHERE {quoted} = ?"
            found = {
                "duckdb": duckdb.execute(query, [path, value]).fetchall()[0][0],
                "polars": polars.scan_parquet(path).filter(polars.col(name) == value).collect().height,
                "pyarrow": pyarrow.parquet.read_table(path, filters=[(name, "=", value)]).num_rows,
            }
            assert set(found.values()) == {expected}, f"{name} = {value}: {expected} rows, but {found}"


def main(path):
    check_statistics(path)
    check_filters(path)
    file = pyarrow.parquet.ParquetFile(path)
    groups = [file.metadata.row_group(group) for group in range(file.num_row_groups)]
    chunks = [group.column(index) for group in groups for index in range(group.num_columns)]
    encodings = {}
    for chunk in chunks:
        encodings.setdefault(chunk.path_in_schema, set()).update(chunk.encodings)
    metadata = {key.decode(): value.decode() for key, value in (file.metadata.metadata or {}).items()}
    result = {
        "readers": {"pyarrow": by_pyarrow(path), "duckdb": by_duckdb(path), "polars": by_polars(path)},
        "metadata": metadata, "row_groups": [group.num_rows for group in groups],
        "codecs": sorted({chunk.compression for chunk in chunks}),
        "encodings": {name: sorted(found) for name, found in encodings.items()},
        "page_indexes": page_index.check(path),
    }
    assert result["page_indexes"] == sum(chunk.has_column_index for chunk in chunks), "pyarrow sees another number of indexes"
    print(json.dumps(result))


for argument in sys.argv[1:]:
    try:
        main(argument)
    except Exception:
        print(f"{argument}:", file=sys.stderr)
        raise
