"""Checks a Parquet file's page index against its pages and values, from the format's description alone.

https://parquet.apache.org/docs/file-format/pageindex/
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""
import math
import struct

import pyarrow
import pyarrow.compute
import pyarrow.parquet


class Compact:
    """Reads structs of Thrift's compact protocol as dictionaries by field id."""

    def __init__(self, data, position):
        self.data, self.position = data, position

    def byte(self):
        self.position += 1
        return self.data[self.position - 1]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def zigzag(self):
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def value(self, kind):
        if kind in (4, 5, 6):
            return self.zigzag()
        if kind == 8:
            size = self.varint()
            self.position += size
            return bytes(self.data[self.position - size:self.position])
        if kind == 9:
            head = self.byte()
            count = head >> 4 if head >> 4 < 15 else self.varint()
            element = head & 15
            return [self.byte() == 1 if element in (1, 2) else self.value(element) for _ in range(count)]
        if kind == 12:
            return self.struct()
        raise AssertionError(f"a field of type {kind}")

    def struct(self):
        fields, last = {}, 0
        while head := self.byte():
            last = last + (head >> 4) if head >> 4 else self.zigzag()
            fields[last] = head & 15 == 1 if head & 15 in (1, 2) else self.value(head & 15)
        return fields


def decoded(bound, physical):
    formats = {0: "?", 1: "<i", 2: "<q", 5: "<d"}
    return struct.unpack(formats[physical], bound)[0] if physical in formats else bound


def ends(column):
    """The least and greatest value that have a place in the order, in the form of decoded bounds; nothing without any."""
    kind = column.type
    if pyarrow.types.is_timestamp(kind):
        column = column.cast(pyarrow.int64())
    elif pyarrow.types.is_date(kind):
        column = column.cast(pyarrow.int32())
    elif pyarrow.types.is_string(kind):
        column = column.cast(pyarrow.binary())
    elif pyarrow.types.is_floating(kind):
        column = column.filter(pyarrow.compute.invert(pyarrow.compute.is_nan(column)))
    found = pyarrow.compute.min_max(column).as_py()
    return None if found["min"] is None else (found["min"], found["max"])


def check_bounds(least, greatest, values, physical, place):
    low, high = decoded(least, physical), decoded(greatest, physical)
    assert low <= values[0] and high >= values[1], f"{place}: {low} to {high}, but values {values}"
    if physical == 6:
        # Long texts are told by their beginning, and at the upper end by the next text after it.
        assert values[0].startswith(low), f"{place}: least {low}, not {values[0]}"
        assert high == values[1] or values[1].startswith(high.decode()[:-1].encode()), f"{place}: greatest {high}"
    else:
        assert (low, high) == tuple(values), f"{place}: {low} to {high}, but values {values}"
    for bound, sign in ((low, -1.0), (high, 1.0)):
        if physical == 5 and bound == 0:
            assert math.copysign(1.0, bound) == sign, f"{place}: a bound of the wrong zero"
    return low, high


def check_column_index(index, locations, column, rows, physical, place):
    starts = [location[3] for location in locations] + [rows]
    bounds = []
    for page, is_null in enumerate(index[1]):
        part = column.slice(starts[page], starts[page + 1] - starts[page])
        assert index[5][page] == part.null_count, f"{place}, page {page}: {index[5][page]} NULLs"
        assert is_null == (part.null_count == len(part)), f"{place}, page {page}: null page {is_null}"
        if not is_null:
            bounds.append(check_bounds(index[2][page], index[3][page], ends(part), physical, f"{place}, page {page}"))
    neighbours = list(zip(bounds, bounds[1:]))
    if index[4] == 1:
        assert all(a[0] <= b[0] and a[1] <= b[1] for a, b in neighbours), f"{place}: not ascending"
    elif index[4] == 2:
        assert all(a[0] >= b[0] and a[1] >= b[1] for a, b in neighbours), f"{place}: not descending"
    else:
        assert any(a[0] > b[0] or a[1] > b[1] for a, b in neighbours), f"{place}: ordered, yet called unordered"


def check_offset_index(data, index, chunk, rows, place):
    """Walks the chunk's page headers; they must be where the index says, and hold as many rows."""
    position = chunk.get(11, chunk[9])
    end = position + chunk[7]
    pages, row = [], 0
    while position < end:
        reader = Compact(data, position)
        header = reader.struct()
        size = reader.position - position + header[3]
        if header[1] != 2:
            pages.append({1: position, 2: size, 3: row})
            row += header[5][1] if header[1] == 0 else header[8][3]
        position += size
    assert position == end and row == rows, f"{place}: pages end at {position} with {row} rows"
    assert index[1] == pages, f"{place}: index {index[1]}, but pages {pages}"


def check(path):
    """Answers how many column chunks have both indexes."""
    with open(path, "rb") as file:
        data = file.read()
    footer = Compact(data, len(data) - 8 - struct.unpack("<I", data[-8:-4])[0]).struct()
    parquet = pyarrow.parquet.ParquetFile(path)
    checked = 0
    for number, group in enumerate(footer[4]):
        table = parquet.read_row_group(number)
        for position, chunk in enumerate(group[1]):
            place = f"row group {number}, column {table.column_names[position]}"
            if 4 not in chunk:
                assert 6 not in chunk, f"{place}: a column index alone"
                continue
            offsets = Compact(data, chunk[4])
            index = offsets.struct()
            assert offsets.position == chunk[4] + chunk[5], f"{place}: offset index of {chunk[5]} bytes"
            check_offset_index(data, index, chunk[3], group[3], place)
            if 6 in chunk:
                bounds = Compact(data, chunk[6])
                column_index = bounds.struct()
                assert bounds.position == chunk[6] + chunk[7], f"{place}: column index of {chunk[7]} bytes"
                column = table.column(position)
                check_column_index(column_index, index[1], column, group[3], chunk[3][1], place)
                checked += 1
    return checked
