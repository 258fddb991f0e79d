#!/usr/bin/env python3
"""Tests of reference.py, compare.py and make_events.py.

    python3 test_reference.py

Each query has small hand-written cases whose rows were worked out by hand. The
last class checks the harder queries a second time on random events, against
naive loops without SQL.
"""

import io
import json
import os
import re
import tempfile
import unittest
from collections import Counter, defaultdict
from contextlib import redirect_stdout
from datetime import datetime, timedelta, timezone

import compare
import make_events
import reference

T0 = 1_735_689_600_000  # 2025-01-01T00:00:00Z
HOUR = 3_600_000
DAY = 24 * HOUR


def person(number, at=0, **other):
    """A person, `at` milliseconds after T0."""
    return {"id": number, "name": f"name{number}", "emailAddress": "e", "creditCard": "1",
            "city": "Boise", "state": "ID", "dateTime": T0 + at, "extra": "p", **other}


def auction(number, at=0, until=10_000, **other):
    """An auction that is open from `at` to `until` after T0."""
    return {"id": number, "itemName": f"item{number}", "description": "d", "initialBid": 1,
            "reserve": 2, "dateTime": T0 + at, "expires": T0 + until, "seller": 1,
            "category": 10, "extra": "a", **other}


def bid(on=1, by=1, price=100, at=0, **other):
    """A bid, `at` milliseconds after T0."""
    return {"auction": on, "bidder": by, "price": price, "channel": "x", "url": "u",
            "dateTime": T0 + at, "extra": "b", **other}


def write_lines(path, rows):
    """Writes rows as JSON Lines."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def result(query, bids=(), auctions=(), persons=()):
    """The sorted rows of a query for the given events."""
    with tempfile.TemporaryDirectory() as folder:
        write_lines(os.path.join(folder, "persons.jsonl"), persons)
        write_lines(os.path.join(folder, "auctions.jsonl"), auctions)
        write_lines(os.path.join(folder, "bids.jsonl"), bids)
        rows = reference.run_query(reference.open_input(folder), query)
    return sorted(rows, key=reference.canonical_text)


def columns(rows, *names):
    """The values of some columns, sorted."""
    return sorted(tuple(row[name] for name in names) for row in rows)


class SimpleQueries(unittest.TestCase):
    """Queries that look at one bid at a time."""

    def test_q0_and_forms_of_time(self):
        times = [T0 + 123, "2025-01-01T00:00:00.123Z", "2025-01-01T00:00:00Z",
                 "2025-01-01T02:00:00.5+02:00", "1969-12-31T23:59:59.999Z", -1]
        rows = result("q0", [bid(on=i, dateTime=t) for i, t in enumerate(times)])
        self.assertEqual(rows[0], {"auction": 0, "bidder": 1, "price": 100, "extra": "b",
                                   "dateTime": "2025-01-01T00:00:00.123Z"})
        self.assertEqual([row["dateTime"] for row in rows[1:]], [
            "2025-01-01T00:00:00.123Z", "2025-01-01T00:00:00.000Z", "2025-01-01T00:00:00.500Z",
            "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"])

    def test_q0_texts_stay_as_they_are(self):
        extras = ["2025-01-01", "12", "null", "", "a\"b\\c\n\u2028", "c\u0327", "🙂"]
        rows = result("q0", [bid(on=i, extra=text) for i, text in enumerate(extras)])
        self.assertEqual([row["extra"] for row in rows], extras)

    def test_q1(self):
        row, = result("q1", [bid(price=1000)])
        self.assertEqual(list(row), ["auction", "bidder", "price", "dateTime", "extra"])
        self.assertIsInstance(row["price"], float)
        self.assertAlmostEqual(row["price"], 908.0)

    def test_q2(self):
        rows = result("q2", [bid(on=n, price=n) for n in (0, 1, 122, 123, 124, 246)])
        self.assertEqual(rows, [{"auction": n, "price": n} for n in (0, 123, 246)])

    def test_q10(self):
        row, = result("q10", [bid(at=DAY - 1)])
        self.assertEqual((row["dt"], row["hm"]), ("2025-01-01", "23:59"))
        self.assertEqual(list(row), ["auction", "bidder", "price", "dateTime", "extra", "dt", "hm"])

    def test_q13(self):
        rows = result("q13", [bid(on=9999), bid(on=10_000), bid(on=20_007)])
        self.assertEqual(columns(rows, "auction", "value"),
                         [(9999, "9999"), (10_000, "0"), (20_007, "7")])
        self.assertEqual(list(rows[0]), ["auction", "bidder", "price", "dateTime", "value"])

    def test_q14_hours(self):
        rows = result("q14", [bid(on=h, price=2_000_000, at=h * HOUR) for h in range(24)])
        kinds = [kind for _, kind in columns(rows, "auction", "bidTimeType")]
        self.assertEqual(kinds, ["nightTime"] * 7 + ["otherTime"] + ["dayTime"] * 11
                         + ["otherTime"] + ["nightTime"] * 4)

    def test_q14_price_and_letters(self):
        # 0.908 * 1101321 = 999999.468, 0.908 * 55066080 = 50000000.64: both are out.
        prices = [1_101_321, 1_101_322, 55_066_079, 55_066_080]
        rows = result("q14", [bid(on=p, price=p, extra="cC\u0063\u0327🙂ç c") for p in prices])
        self.assertEqual(columns(rows, "auction", "c_counts"), [(1_101_322, 3), (55_066_079, 3)])
        self.assertAlmostEqual(rows[0]["price"], 1_000_000.376)

    def test_q21(self):
        cases = [("Apple", "u", "0"), ("GOOGLE", "u", "1"), ("facebook", "u", "2"),
                 ("baidu", "&channel_id=9", "3"), ("x", "a&channel_id=7&b", "7"),
                 ("x", "channel_id=first", "first"), ("x", "a&channel_id=", ""),
                 ("x", "&channel_id=1&channel_id=2", "1"), ("x", "&channel_id=a\nb", "a\nb"),
                 ("x", "?channel_id=1", None), ("x", "\nchannel_id=1", None), ("", "", None)]
        bids = [bid(on=i, channel=channel, url=url) for i, (channel, url, _) in enumerate(cases)]
        self.assertEqual(
            columns(result("q21", bids), "auction", "channel", "channel_id"),
            [(i, channel, wanted) for i, (channel, _, wanted) in enumerate(cases)
             if wanted is not None])

    def test_q22(self):
        cases = [("https://h/a/b/c/d", ("a", "b", "c")), ("https://h/a", ("a", None, None)),
                 ("https://h//b/", ("", "b", "")), ("h", (None, None, None)),
                 ("", (None, None, None)), ("0/1/2/\u0301a/b?x=/y", ("\u0301a", "b?x=", "y"))]
        rows = result("q22", [bid(on=i, url=url) for i, (url, _) in enumerate(cases)])
        self.assertEqual([(row["dir1"], row["dir2"], row["dir3"]) for row in rows],
                         [wanted for _, wanted in cases])
        self.assertEqual(list(rows[0]), ["auction", "bidder", "price", "channel",
                                         "dir1", "dir2", "dir3"])


class Joins(unittest.TestCase):
    """Queries that join auctions with bids or persons."""

    # Open from 1 s to 5 s; the bids of 900 miss it by a millisecond.
    EDGES = [bid(price=900, at=999), bid(price=10, at=1000), bid(price=20, at=5000),
             bid(price=900, at=5001)]

    def test_q3(self):
        people = [person(1), person(2, state="OR"), person(3, state="WA"), person(4, state="CA")]
        sales = [auction(10 + n, seller=n) for n in range(1, 6)]
        sales += [auction(30, seller=4, category=11), auction(31, seller=4)]
        rows = result("q3", auctions=sales, persons=people)
        self.assertEqual(columns(rows, "name", "city", "state", "id"), [
            ("name1", "Boise", "ID", 11), ("name2", "Boise", "OR", 12),
            ("name4", "Boise", "CA", 14), ("name4", "Boise", "CA", 31)])

    def test_q4(self):
        # Category 10: winning prices 20 and 25, so 45 / 2 = 22; auction 3 has none.
        sales = [auction(1, 1000, 5000), auction(2), auction(3), auction(4, category=11)]
        bids = [*self.EDGES, bid(on=2, price=25), bid(on=4, price=7), bid(on=99, price=1)]
        self.assertEqual(result("q4", bids, sales), [
            {"final": 22, "id": 10}, {"final": 7, "id": 11}])

    def test_q6(self):
        # Auctions 1..12 close in this order, at prices 1..12; 13 has no bid.
        sales = [auction(n, until=1000 * n) for n in range(12, 0, -1)] + [auction(13)]
        sales.append(auction(50, seller=2))
        bids = [bid(on=n, price=n, at=20 - n) for n in range(1, 13)] + [bid(on=50, price=9)]
        averages = [1, 1, 2, 2, 3, 3, 4, 4, 5]  # of 1..n, truncated
        averages += [55 // 10, 65 // 10, 75 // 10]  # of 1..10, 2..11, 3..12
        rows = result("q6", bids, sales)
        self.assertEqual(columns(rows, "seller", "avg_price"),
                         sorted([(1, value) for value in averages] + [(2, 9)]))

    def test_q6_ties_of_expiry_go_by_auction(self):
        sales = [auction(2), auction(1), auction(3)]
        bids = [bid(on=1, price=100), bid(on=2, price=10), bid(on=3, price=1)]
        # 100, (100 + 10) / 2, (100 + 10 + 1) / 3
        self.assertEqual(columns(result("q6", bids, sales), "avg_price"), [(37,), (55,), (100,)])

    def test_q6_published(self):
        sales = [auction(n) for n in range(1, 13)]
        bids = [bid(on=n, price=n, at=n) for n in range(1, 13)]
        rows = result("q6_published", bids, sales)
        # The last two: 1..11 is 66 / 11, 2..12 is 77 / 11.
        self.assertEqual([value for value, in columns(rows, "avg_price")][-2:], [6, 7])

    def test_q9_between_is_inclusive(self):
        first, = result("q9", self.EDGES[:2] + self.EDGES[3:], [auction(1, 1000, 5000)])
        last, = result("q9", self.EDGES, [auction(1, 1000, 5000), auction(2)])
        self.assertEqual(first["price"], 10)
        self.assertEqual(last, {
            "id": 1, "itemName": "item1", "description": "d", "initialBid": 1, "reserve": 2,
            "dateTime": "2025-01-01T00:00:01.000Z", "expires": "2025-01-01T00:00:05.000Z",
            "seller": 1, "category": 10, "extra": "a", "auction": 1, "bidder": 1, "price": 20,
            "bid_dateTime": "2025-01-01T00:00:05.000Z", "bid_extra": "b"})

    def test_q9_ties(self):
        bids = [bid(by=3, price=5, at=7), bid(by=9, price=5, at=6), bid(by=8, price=5, at=6),
                bid(by=1, price=4, at=1)]
        row, = result("q9", bids, [auction(1)])
        self.assertEqual((row["bidder"], row["bid_dateTime"]), (8, "2025-01-01T00:00:00.006Z"))

    def test_q20(self):
        sales = [auction(1, 1000, 2000, extra="A"), auction(2, category=11)]
        rows = result("q20", [bid(at=9000, extra="B"), bid(on=2), bid(on=3)], sales)
        self.assertEqual(rows, [{
            "auction": 1, "bidder": 1, "price": 100, "channel": "x", "url": "u",
            "bid_dateTime": "2025-01-01T00:00:09.000Z", "bid_extra": "B", "itemName": "item1",
            "description": "d", "initialBid": 1, "reserve": 2,
            "auction_dateTime": "2025-01-01T00:00:01.000Z", "expires": "2025-01-01T00:00:02.000Z",
            "seller": 1, "category": 10, "auction_extra": "A"}])


class Windows(unittest.TestCase):
    """Queries over windows."""

    def test_q5_one_bid_is_in_five_windows(self):
        self.assertEqual(result("q5", [bid()]), [{"auction": 1, "num": 1}] * 5)

    def test_q5_ties_and_edges(self):
        # Windows by their start: -8 .. 0 hold the bids of auction 1 at 0 s and 1.999 s
        # (num 2) and, from -6 on, one bid of auction 2 at 2 s (with it 2 more at 10 s).
        bids = [bid(on=1, at=0), bid(on=1, at=1999), bid(on=2, at=2000),
                bid(on=2, at=10_000), bid(on=2, at=10_000), bid(on=3, at=10_000)]
        # -8, -6, -4, -2, 0: auction 1 with 2. 2: auction 2 with 3 (2 s, 10 s, 10 s).
        # 4, 6, 8, 10: auction 2 with 2, auction 3 has 1 only.
        self.assertEqual(columns(result("q5", bids), "auction", "num"),
                         [(1, 2)] * 5 + [(2, 2)] * 4 + [(2, 3)])

    def test_q5_all_ties_stay(self):
        rows = result("q5", [bid(on=1), bid(on=2), bid(on=2, at=2000)])
        # -8: 1 and 2 with one each; -6 .. 0: auction 2 with 2; 2: auction 2 with 1.
        self.assertEqual(columns(rows, "auction", "num"), [(1, 1)] + [(2, 1)] * 2 + [(2, 2)] * 4)

    def test_q7_ties(self):
        bids = [bid(by=1, price=5), bid(by=2, price=5, at=9999), bid(by=3, price=4),
                bid(by=4, price=2, at=10_000)]
        self.assertEqual(columns(result("q7", bids), "bidder", "price"), [(1, 5), (2, 5), (4, 2)])

    def test_q7_end_of_window_is_inclusive(self):
        # The bid at 10 s belongs to the next window, where 9 is higher, yet equals
        # the highest price of the first; the bid at 20 s is the highest of its own
        # window and equals that of the second, so it comes twice.
        bids = [bid(by=1, price=5, at=1), bid(by=2, price=5, at=10_000),
                bid(by=3, price=9, at=11_000), bid(by=4, price=9, at=20_000)]
        self.assertEqual(columns(result("q7", bids), "bidder"), [(1,), (2,), (3,), (4,), (4,)])
        self.assertEqual(columns(result("q7_half_open", bids), "bidder"), [(1,), (3,), (4,)])

    def test_q8(self):
        people = [person(1, at=9999), person(2, at=9999), person(3, at=0), person(4, at=10_000)]
        sales = [auction(1, at=0), auction(2, at=5000), auction(3, at=10_000, seller=2),
                 auction(4, at=10_000, seller=4), auction(5, at=0, seller=9)]
        self.assertEqual(result("q8", auctions=sales, persons=people), [
            {"id": 1, "name": "name1", "stime": "2025-01-01T00:00:00.000Z"},
            {"id": 4, "name": "name4", "stime": "2025-01-01T00:00:10.000Z"}])

    def test_q11_exact_gap_joins(self):
        bids = [bid(at=20_001), bid(at=0), bid(at=0), bid(at=10_000), bid(by=2, at=5)]
        rows = result("q11", bids)
        self.assertEqual(columns(rows, "bidder", "bid_count", "starttime", "endtime"), [
            (1, 1, "2025-01-01T00:00:20.001Z", "2025-01-01T00:00:30.001Z"),
            (1, 3, "2025-01-01T00:00:00.000Z", "2025-01-01T00:00:20.000Z"),
            (2, 1, "2025-01-01T00:00:00.005Z", "2025-01-01T00:00:10.005Z")])

    def test_q12(self):
        rows = result("q12", [bid(at=0), bid(at=9999), bid(at=10_000), bid(by=2, at=-1)])
        self.assertEqual(columns(rows, "bidder", "bid_count", "starttime", "endtime"), [
            (1, 1, "2025-01-01T00:00:10.000Z", "2025-01-01T00:00:20.000Z"),
            (1, 2, "2025-01-01T00:00:00.000Z", "2025-01-01T00:00:10.000Z"),
            (2, 1, "2024-12-31T23:59:50.000Z", "2025-01-01T00:00:00.000Z")])


class Statistics(unittest.TestCase):
    """Queries with one row per group."""

    # All of one day but the last; ranks 1, 2, 2, 3, 3 of the first five.
    BIDS = [bid(1, 1, 9_999, 0), bid(1, 2, 10_000, 61_000), bid(2, 2, 999_999, 60_000),
            bid(2, 2, 1_000_000, 5), bid(1, 2, 1_000_000, 5, channel="y"),
            bid(1, 1, 1, DAY)]

    def test_q15(self):
        self.assertEqual(result("q15", self.BIDS), [
            {"day": "2025-01-01", "total_bids": 5, "rank1_bids": 1, "rank2_bids": 2,
             "rank3_bids": 2, "total_bidders": 2, "rank1_bidders": 1, "rank2_bidders": 1,
             "rank3_bidders": 1, "total_auctions": 2, "rank1_auctions": 1, "rank2_auctions": 2,
             "rank3_auctions": 2},
            {"day": "2025-01-02", "total_bids": 1, "rank1_bids": 1, "rank2_bids": 0,
             "rank3_bids": 0, "total_bidders": 1, "rank1_bidders": 1, "rank2_bidders": 0,
             "rank3_bidders": 0, "total_auctions": 1, "rank1_auctions": 1, "rank2_auctions": 0,
             "rank3_auctions": 0}])

    def test_q16(self):
        rows = result("q16", self.BIDS)
        self.assertEqual(columns(rows, "channel", "day", "minute", "total_bids", "rank3_bids",
                                 "total_bidders", "rank3_auctions"),
                         [("x", "2025-01-01", "00:01", 4, 1, 2, 1),
                          ("x", "2025-01-02", "00:00", 1, 0, 1, 0),
                          ("y", "2025-01-01", "00:00", 1, 1, 1, 1)])
        self.assertEqual(list(rows[0])[:3], ["channel", "day", "minute"])

    def test_q16_does_not_normalise(self):
        bids = [bid(channel="\u00e9"), bid(channel="e\u0301")]
        self.assertEqual(len(result("q16", bids)), 2)

    def test_q17(self):
        rows = result("q17", self.BIDS)
        # Auction 1, first day: 9999 + 10000 + 1000000 = 1019999, / 3 = 339999.67.
        self.assertIn({
            "auction": 1, "day": "2025-01-01", "total_bids": 3, "rank1_bids": 1, "rank2_bids": 1,
            "rank3_bids": 1, "min_price": 9_999, "max_price": 1_000_000, "avg_price": 339_999,
            "sum_price": 1_019_999}, rows)
        self.assertEqual(columns(rows, "auction", "day", "avg_price"), [
            (1, "2025-01-01", 339_999), (1, "2025-01-02", 1), (2, "2025-01-01", 999_999)])

    def test_q18(self):
        bids = [bid(price=900, at=1), bid(price=5, at=2, url="z"), bid(price=6, at=2, url="a"),
                bid(price=6, at=2, url="b", channel="a", extra="9"),
                bid(price=6, at=2, url="b", channel="b", extra="1"),
                bid(price=6, at=2, url="b", channel="b", extra="2"), bid(on=2), bid(by=2)]
        rows = result("q18", bids)
        self.assertEqual(columns(rows, "auction", "bidder", "price", "url", "channel", "extra"),
                         [(1, 1, 6, "b", "b", "2"), (1, 2, 100, "u", "x", "b"),
                          (2, 1, 100, "u", "x", "b")])
        self.assertEqual(list(rows[0]), ["auction", "bidder", "price", "channel", "url",
                                         "dateTime", "extra"])

    def test_q19_top_ten(self):
        rows = result("q19", [bid(by=n, price=n) for n in range(1, 13)] + [bid(on=2)])
        self.assertEqual(columns(rows, "auction", "rank_number", "price"),
                         [(1, 13 - price, price) for price in range(12, 2, -1)] + [(2, 1, 100)])
        self.assertEqual(list(rows[0])[-1], "rank_number")

    def test_q19_ties(self):
        bids = [bid(by=2, at=1, extra="5"), bid(by=9, at=0, extra="1"), bid(by=1, at=1, extra="4"),
                bid(by=1, at=1, url="t", extra="2"), bid(by=1, at=1, channel="w", extra="3"),
                bid(by=0, price=1, extra="6")]
        self.assertEqual(columns(result("q19", bids), "rank_number", "extra"),
                         [(n, str(n)) for n in range(1, 7)])


class Files(unittest.TestCase):
    """The command lines, compare.py and make_events.py."""

    def compare(self, expected, actual):
        """The exit code of compare.py for two lists of rows."""
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("expected", "actual")]
            write_lines(paths[0], expected)
            write_lines(paths[1], actual)
            with redirect_stdout(io.StringIO()) as self.printed:
                return compare.main(paths)

    def test_equal(self):
        self.assertEqual(self.compare([], []), 0)
        self.assertEqual(self.compare([{"a": 1, "b": "x"}, {"a": 2}],
                                      [{"a": 2}, {"b": "x", "a": 1}]), 0)
        self.assertEqual(self.compare([{"a": 908.0}, {"a": 0.1}],
                                      [{"a": 0.1 + 1e-12}, {"a": 908}]), 0)
        self.assertEqual(self.compare([{"a": 0.5, "k": 1}] * 2, [{"a": 0.5, "k": 1}] * 2), 0)

    def test_different(self):
        self.assertEqual(self.compare([{"a": 1}], []), 1)
        self.assertEqual(self.compare([{"a": 1}], [{"a": 1}, {"a": 1}]), 1)
        self.assertEqual(self.compare([{"a": 1}], [{"a": 1.0}]), 1)
        self.assertEqual(self.compare([{"a": 1}], [{"a": "1"}]), 1)
        self.assertEqual(self.compare([{"a": 1}], [{"a": True}]), 1)
        self.assertEqual(self.compare([{"a": None}], [{}]), 1)
        self.assertEqual(self.compare([{"a": 1.0}], [{"a": 1.0 + 1e-8}]), 1)
        self.assertEqual(self.compare([{"a": "é"}], [{"a": "e\u0301"}]), 1)
        self.assertEqual(self.compare([{"a": 2**53 + 1}], [{"a": 2**53}]), 1)

    def test_report(self):
        self.compare([{"a": 1}, {"a": 2}, {"a": 2}], [{"a": 1}, {"a": 3}])
        self.assertIn('missing in ACTUAL: 2 rows, 1 different ones\n  - x2 {"a":2}',
                      self.printed.getvalue())
        self.assertIn('  + {"a":3}', self.printed.getvalue())

    def test_all_writes_sorted_files_and_times_agree(self):
        with tempfile.TemporaryDirectory() as folder:
            for times in ("ms", "iso"):
                source, target = os.path.join(folder, times), os.path.join(folder, times + ".out")
                make_events.main(["--events", "500", "--seed", "3", "--out", source,
                                  "--times", times])
                reference.main(["all", "--input", source, "--out-dir", target])
            for query in reference.QUERIES:
                texts = []
                for times in ("ms", "iso"):
                    path = os.path.join(folder, times + ".out", query + ".jsonl")
                    with open(path, encoding="utf-8", newline="\n") as file:
                        texts.append(file.readlines())
                self.assertEqual(texts[0], texts[1])
                self.assertEqual(texts[0], sorted(texts[0]))

    def test_refuses_a_row_without_time(self):
        broken = bid()
        del broken["dateTime"]
        with self.assertRaises(SystemExit):
            result("q0", [broken])


def iso(millis):
    """The text of a time."""
    moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=millis)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{millis % 1000:03d}Z"


class NaiveLoops(unittest.TestCase):
    """The harder queries a second time, on random events."""

    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            make_events.main(["--events", "6000", "--seed", "11", "--out", folder,
                              "--canonical-twins"])
            cls.database = reference.open_input(folder)
            cls.persons, cls.auctions, cls.bids = (
                compare.read_rows(os.path.join(folder, name + ".jsonl"))
                for name in ("persons", "auctions", "bids"))
        cls.bids_of_auction = defaultdict(list)
        for row in cls.bids:
            cls.bids_of_auction[row["auction"]].append(row)

    def check(self, query, wanted, *names):
        """Compares the columns of a query's rows with the wanted tuples."""
        rows = reference.run_query(self.database, query)
        self.assertTrue(rows)
        self.assertEqual(Counter(tuple(row[name] for name in names) for row in rows),
                         Counter(wanted))

    def winners(self):
        """Each auction with its winning bid."""
        for sale in self.auctions:
            fitting = [row for row in self.bids_of_auction[sale["id"]]
                       if sale["dateTime"] <= row["dateTime"] <= sale["expires"]]
            if fitting:
                yield sale, min(fitting, key=lambda b: (-b["price"], b["dateTime"], b["bidder"]))

    def test_q4(self):
        prices = defaultdict(list)
        for sale, best in self.winners():
            prices[sale["category"]].append(best["price"])
        self.check("q4", [(key, sum(p) // len(p)) for key, p in prices.items()], "id", "final")

    def test_q5(self):
        windows = defaultdict(Counter)
        for row in self.bids:
            for start in range(row["dateTime"] // 2000 * 2000 - 8000, row["dateTime"] + 1, 2000):
                windows[start][row["auction"]] += 1
        self.check("q5", [(key, num) for counts in windows.values() for key, num in counts.items()
                          if num == max(counts.values())], "auction", "num")

    def test_q6(self):
        sold = defaultdict(list)
        for sale, best in sorted(self.winners(), key=lambda w: (w[0]["expires"], w[0]["id"])):
            sold[sale["seller"]].append(best["price"])
        self.assertGreater(max(map(len, sold.values())), 11)
        wanted = []
        for seller, prices in sold.items():
            for count in range(1, len(prices) + 1):
                last = prices[max(0, count - 10):count]
                wanted.append((seller, sum(last) // len(last)))
        self.check("q6", wanted, "seller", "avg_price")

    def test_q7(self):
        top = defaultdict(int)
        for row in self.bids:
            start = row["dateTime"] // 10_000 * 10_000
            top[start] = max(top[start], row["price"])
        wanted = [(row["auction"], row["bidder"], row["price"], iso(row["dateTime"]), row["extra"])
                  for row in self.bids for start, price in top.items()
                  if price == row["price"] and start <= row["dateTime"] <= start + 10_000]
        self.check("q7", wanted, "auction", "bidder", "price", "dateTime", "extra")

    def test_q8(self):
        wanted = {(p["id"], p["name"], iso(p["dateTime"] // 10_000 * 10_000))
                  for p in self.persons for a in self.auctions
                  if a["seller"] == p["id"] and a["dateTime"] // 10_000 == p["dateTime"] // 10_000}
        self.check("q8", wanted, "id", "name", "stime")

    def test_q9(self):
        wanted = [(sale["id"], iso(sale["expires"]), best["bidder"], best["price"],
                   iso(best["dateTime"]), best["extra"]) for sale, best in self.winners()]
        self.check("q9", wanted, "id", "expires", "bidder", "price", "bid_dateTime", "bid_extra")

    def test_q9_is_unambiguous_in_generated_events(self):
        for sale, best in self.winners():
            key = (best["bidder"], best["price"], best["dateTime"])
            extras = {row["extra"] for row in self.bids_of_auction[sale["id"]]
                      if (row["bidder"], row["price"], row["dateTime"]) == key}
            self.assertEqual(len(extras), 1)

    def test_q11(self):
        times = defaultdict(list)
        for row in self.bids:
            times[row["bidder"]].append(row["dateTime"])
        sessions = []
        for bidder, moments in times.items():
            last = None
            for moment in sorted(moments):
                if last is None or moment > last + 10_000:
                    sessions.append((bidder, []))
                sessions[-1][1].append(moment)
                last = moment
        wanted = [(bidder, len(moments), iso(moments[0]), iso(moments[-1] + 10_000))
                  for bidder, moments in sessions]
        self.check("q11", wanted, "bidder", "bid_count", "starttime", "endtime")

    def test_q14(self):
        wanted = [(row["auction"], row["extra"], row["extra"].count("c")) for row in self.bids
                  if 1_000_000 < 0.908 * row["price"] < 50_000_000]
        self.check("q14", wanted, "auction", "extra", "c_counts")

    def test_q16(self):
        groups = defaultdict(list)
        for row in self.bids:
            groups[row["channel"], iso(row["dateTime"])[:10]].append(row)
        wanted = []
        for (channel, day), rows in groups.items():
            middle = [row for row in rows if 10_000 <= row["price"] < 1_000_000]
            wanted.append((channel, day, max(iso(row["dateTime"])[11:16] for row in rows),
                           len(rows), len(middle), len({row["bidder"] for row in middle}),
                           len({row["auction"] for row in middle})))
        self.check("q16", wanted, "channel", "day", "minute", "total_bids", "rank2_bids",
                   "rank2_bidders", "rank2_auctions")

    def test_q18(self):
        last = {}
        for row in self.bids:
            order = tuple(row[name] for name in ("dateTime", "price", "url", "channel", "extra"))
            key = (row["auction"], row["bidder"])
            last[key] = max(order, last.get(key, order))
        wanted = [(*key, iso(order[0]), *order[1:]) for key, order in last.items()]
        self.check("q18", wanted, "auction", "bidder", "dateTime", "price", "url", "channel",
                   "extra")

    def test_q19(self):
        wanted = []
        for number, rows in self.bids_of_auction.items():
            order = sorted((-r["price"], r["dateTime"], r["bidder"], r["url"], r["channel"],
                            r["extra"]) for r in rows)
            wanted.extend((number, place, -values[0], iso(values[1]), *values[2:])
                          for place, values in enumerate(order[:10], start=1))
        self.check("q19", wanted, "auction", "rank_number", "price", "dateTime", "bidder", "url",
                   "channel", "extra")

    def test_q21(self):
        known = {"apple": "0", "google": "1", "facebook": "2", "baidu": "3"}
        wanted = []
        for row in self.bids:
            match = re.search("(&|^)channel_id=([^&]*)", row["url"])
            value = known.get(row["channel"].lower(), match and match.group(2))
            if value is not None:
                wanted.append((row["auction"], row["channel"], value))
        self.check("q21", wanted, "auction", "channel", "channel_id")

    def test_q22(self):
        wanted = [(row["auction"], *(row["url"].split("/") + [None] * 6)[3:6]) for row in self.bids]
        self.check("q22", wanted, "auction", "dir1", "dir2", "dir3")


if __name__ == "__main__":
    unittest.main()
