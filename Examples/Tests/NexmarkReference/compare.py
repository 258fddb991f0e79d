#!/usr/bin/env python3
"""Compares two JSON Lines files as multisets of rows.

    python3 compare.py EXPECTED ACTUAL [--limit N]

The order of rows and of keys is irrelevant. Integers, texts, null and booleans
must be equal; texts code point by code point. A column that holds a double in
EXPECTED is compared with a relative tolerance of 1e-9 (ACTUAL may write such a
number without a fraction, but a double where an integer is expected is a
difference). Exit code 0: equal; 1: different; 2: a file cannot be read.
"""

import argparse
import json
import math
import sys
from collections import Counter, defaultdict

TOLERANCE = 1e-9


class UnreadableFile(Exception):
    """A file that is missing or is not JSON Lines of objects."""


def read_rows(path):
    """The rows of a JSON Lines file; empty lines are skipped."""
    rows = []
    try:
        with open(path, encoding="utf-8", newline="\n") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    rows.append(json.loads(line))
                    if not isinstance(rows[-1], dict):
                        raise UnreadableFile(f"{path}:{number}: not an object")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"{path}: {error}") from error
    except json.JSONDecodeError as error:
        raise UnreadableFile(f"{path}:{number}: {error}") from error
    return rows


def canonical_text(value):
    """One text per value: keys sorted, no spaces."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def double_columns(rows):
    """The columns that hold a double in any of the rows."""
    return {name for row in rows for name, value in row.items() if isinstance(value, float)}


def is_number(value):
    """Whether a JSON value is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def group_rows(rows, doubles):
    """Maps the exact part of each row to the sorted (numbers, text) of its rows."""
    groups = defaultdict(list)
    for row in rows:
        inexact = {name for name in doubles if is_number(row.get(name))}
        exact = {name: value for name, value in row.items() if name not in inexact}
        numbers = tuple(row[name] for name in sorted(inexact))
        key = (canonical_text(exact), tuple(sorted(inexact)))
        groups[key].append((numbers, canonical_text(row)))
    for group in groups.values():
        group.sort()
    return groups


def are_close(left, right):
    """Whether two tuples of numbers are equal within the tolerance."""
    return all(math.isclose(a, b, rel_tol=TOLERANCE) for a, b in zip(left, right))


def match_group(expected, actual):
    """Texts of the rows of two sorted groups that have no partner in the other."""
    missing, surplus = [], []
    i = j = 0
    while i < len(expected) and j < len(actual):
        if are_close(expected[i][0], actual[j][0]):
            i, j = i + 1, j + 1
        elif expected[i][0] < actual[j][0]:
            missing.append(expected[i][1])
            i += 1
        else:
            surplus.append(actual[j][1])
            j += 1
    missing.extend(text for _, text in expected[i:])
    surplus.extend(text for _, text in actual[j:])
    return missing, surplus


def compare_rows(expected, actual):
    """Texts of the missing and of the surplus rows, each with its count."""
    doubles = double_columns(expected)
    expected_groups, actual_groups = group_rows(expected, doubles), group_rows(actual, doubles)
    missing, surplus = Counter(), Counter()
    for key in expected_groups.keys() | actual_groups.keys():
        lost, added = match_group(expected_groups.get(key, []), actual_groups.get(key, []))
        missing.update(lost)
        surplus.update(added)
    return missing, surplus


def column_report(expected, actual):
    """A line per column name that only one of the two files has."""
    left = {name for row in expected for name in row}
    right = {name for row in actual for name in row}
    if not left or not right:
        return []
    return ([f"column only in EXPECTED: {name}" for name in sorted(left - right)]
            + [f"column only in ACTUAL: {name}" for name in sorted(right - left)])


def print_differences(title, sign, rows, limit):
    """Prints the first rows of one side in order of their text."""
    print(f"{title}: {rows.total()} rows, {len(rows)} different ones")
    for text in sorted(rows)[:limit]:
        times = f" x{rows[text]}" if rows[text] > 1 else ""
        print(f"  {sign}{times} {text}")
    if len(rows) > limit:
        print(f"  ... and {len(rows) - limit} more")


def main(arguments=None):
    """Compares two files; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("expected")
    parser.add_argument("actual")
    parser.add_argument("--limit", type=int, default=10, help="differences to print per side")
    options = parser.parse_args(arguments)
    try:
        expected, actual = read_rows(options.expected), read_rows(options.actual)
    except UnreadableFile as error:
        print(error, file=sys.stderr)
        return 2
    missing, surplus = compare_rows(expected, actual)
    if not missing and not surplus:
        print(f"equal: {len(expected)} rows")
        return 0
    print(f"different: EXPECTED has {len(expected)} rows, ACTUAL has {len(actual)}")
    for line in column_report(expected, actual):
        print(line)
    print_differences("missing in ACTUAL", "-", missing, options.limit)
    print_differences("only in ACTUAL", "+", surplus, options.limit)
    return 1


if __name__ == "__main__":
    sys.exit(main())
