#!/usr/bin/env python3
"""Reference results of the Nexmark queries q0 to q22, computed with DuckDB.

    python3 reference.py q5  --input DIR --out FILE
    python3 reference.py all --input DIR --out-dir DIR

DIR holds persons.jsonl, auctions.jsonl and bids.jsonl. The result is a JSON
Lines file of the final rows, sorted by their canonical text (keys in order, no
spaces, non-ASCII characters as they are). Needs the PyPI package `duckdb`
(written with 2.0.0).

Conventions
-----------
Times     An input time is an integer (milliseconds since the epoch) or an
          ISO 8601 text. An output time is UTC text with three fraction digits,
          such as 2025-01-01T00:00:10.000Z.
Columns   The names of the sink table of each published query
          (nexmark/nexmark, nexmark-flink/src/main/resources/queries).
Numbers   BIGINT columns are JSON integers. The two prices that are multiplied
          by 0.908 (q1, q14) are doubles. An average that goes into a BIGINT
          column is sum / count in integers, truncated toward zero.
Final     The input is read to its end, no record is late, all windows fire.
          Where a query updates its rows, only the last row of a key is kept.
Windows   Half open, [start, start + size), aligned at the epoch, in UTC.
Text      Compared by code point (no Unicode normalisation), for equality,
          grouping and order alike. `c` counts code points, so a c that carries
          a combining mark counts as well.

Where the published query leaves a choice, or runs on processing time:

q5        One row per window and top auction; equal rows of several windows
          all stay.
q6        Per seller, in the order of (expires, auction id) of its auctions with
          a winning bid: the average price of this one and up to nine before it.
          (The published text has ten before it, in the order of the bids'
          times, which is the variant q6_published.)
q6, q9    The winning bid has the highest price of those in [dateTime, expires];
          then the earliest time, then the smallest bidder. Should two bids be
          equal even then: the smallest url, channel, extra.
q7        As published, the window is closed at both ends in the join: a bid
          exactly at the end of a window that equals the highest price of that
          window is a row, too. (The variant q7_half_open has it not.)
q11       A bid joins a session if it comes at most 10 s after the last one:
          Flink merges session windows that only touch, too.
q12       The bid's own time stands in for the processing time.
q13       The side table maps each k in 0..9999 to its decimal text.
q18       The latest bid; then the greatest price, url, channel, extra.
q19       Highest price first; then the earliest time, then the smallest bidder,
          url, channel, extra.
q21       An empty channel_id in the url is a value ("" is not null).
q22       Parts of the url are counted from 0 and may be empty; a part that is
          missing is null.
"""

import argparse
import json
import os
import sys

import duckdb

PERSON_COLUMNS = {
    "id": "BIGINT", "name": "VARCHAR", "emailAddress": "VARCHAR",
    "creditCard": "VARCHAR", "city": "VARCHAR", "state": "VARCHAR",
    "dateTime": "VARCHAR", "extra": "VARCHAR",
}
AUCTION_COLUMNS = {
    "id": "BIGINT", "itemName": "VARCHAR", "description": "VARCHAR",
    "initialBid": "BIGINT", "reserve": "BIGINT", "dateTime": "VARCHAR",
    "expires": "VARCHAR", "seller": "BIGINT", "category": "BIGINT",
    "extra": "VARCHAR",
}
BID_COLUMNS = {
    "auction": "BIGINT", "bidder": "BIGINT", "price": "BIGINT",
    "channel": "VARCHAR", "url": "VARCHAR", "dateTime": "VARCHAR",
    "extra": "VARCHAR",
}
TIME_COLUMNS = ("dateTime", "expires")

# Times are BIGINT milliseconds inside the database; `iso` makes the text.
SETUP = r"""
CREATE MACRO millis(t) AS
    coalesce(try_cast(t AS BIGINT), epoch_ms(CAST(t AS TIMESTAMPTZ)));
CREATE MACRO stamp(ms) AS make_timestamp(ms * 1000);
CREATE MACRO iso(ms) AS strftime(stamp(ms), '%Y-%m-%dT%H:%M:%S.%gZ');
CREATE MACRO day_of(ms) AS strftime(stamp(ms), '%Y-%m-%d');
CREATE MACRO minute_of(ms) AS strftime(stamp(ms), '%H:%M');
CREATE MACRO hour_of(ms) AS hour(stamp(ms));
CREATE MACRO window_of(ms, size) AS ms - ((ms % size) + size) % size;
CREATE MACRO euros(price) AS CAST(0.908 AS DOUBLE) * CAST(price AS DOUBLE);
CREATE MACRO count_of(haystack, needle) AS
    strlen(haystack) - strlen(replace(haystack, needle, ''));
CREATE MACRO int_avg(total, n) AS CAST(total // n AS BIGINT);
"""

# Every bid within the time of its auction, ranked: rank 1 is the winning bid.
VIEWS = r"""
CREATE VIEW winning AS
SELECT * FROM (
    SELECT a.*, b.auction, b.bidder, b.price,
           b."dateTime" AS "bid_dateTime", b.extra AS bid_extra,
           row_number() OVER (
               PARTITION BY a.id
               ORDER BY b.price DESC, b."dateTime", b.bidder,
                        b.url, b.channel, b.extra) AS place
    FROM auction AS a JOIN bid AS b ON a.id = b.auction
    WHERE b."dateTime" >= a."dateTime" AND b."dateTime" <= a.expires)
WHERE place = 1;
"""

RANKS = {
    "total": "true",
    "rank1": "price < 10000",
    "rank2": "price >= 10000 AND price < 1000000",
    "rank3": "price >= 1000000",
}


def ranked(what, suffix):
    """The four columns total_, rank1_, rank2_, rank3_ of one aggregate."""
    return ", ".join(f"count({what}) FILTER (WHERE {condition}) AS {rank}_{suffix}"
                     for rank, condition in RANKS.items())


BID_RANKS = ranked("*", "bids")
ALL_RANKS = ", ".join([BID_RANKS, ranked("DISTINCT bidder", "bidders"),
                       ranked("DISTINCT auction", "auctions")])

QUERIES = {
    "q0": """
        SELECT auction, bidder, price, iso("dateTime") AS "dateTime", extra FROM bid""",
    "q1": """
        SELECT auction, bidder, euros(price) AS price,
               iso("dateTime") AS "dateTime", extra
        FROM bid""",
    "q2": """
        SELECT auction, price FROM bid WHERE auction % 123 = 0""",
    "q3": """
        SELECT p.name, p.city, p.state, a.id
        FROM auction AS a JOIN person AS p ON p.id = a.seller
        WHERE a.category = 10 AND p.state IN ('OR', 'ID', 'CA')""",
    "q4": """
        SELECT category AS id, int_avg(sum(price), count(*)) AS final
        FROM winning GROUP BY category""",
    "q5": """
        WITH counts AS (
            SELECT auction, window_of("dateTime", 2000) - back AS start, count(*) AS num
            FROM bid, (VALUES (0), (2000), (4000), (6000), (8000)) AS hops(back)
            GROUP BY ALL)
        SELECT auction, num FROM counts
        QUALIFY num = max(num) OVER (PARTITION BY start)""",
    "q6": """
        SELECT seller, int_avg(sum(price) OVER w, count(*) OVER w) AS avg_price
        FROM winning
        WINDOW w AS (PARTITION BY seller ORDER BY expires, id
                     ROWS BETWEEN 9 PRECEDING AND CURRENT ROW)""",
    "q7": """
        WITH placed AS (
            SELECT *, "dateTime" AS t, window_of("dateTime", 10000) AS start FROM bid
            UNION ALL
            SELECT *, "dateTime" AS t, "dateTime" - 10000 AS start FROM bid
            WHERE "dateTime" % 10000 = 0),
        tops AS (
            SELECT window_of("dateTime", 10000) AS start, max(price) AS price
            FROM bid GROUP BY ALL)
        SELECT auction, bidder, price, iso(t) AS "dateTime", extra
        FROM placed JOIN tops USING (start, price)""",
    "q8": """
        SELECT DISTINCT p.id, p.name, iso(window_of(p."dateTime", 10000)) AS stime
        FROM person AS p JOIN auction AS a
          ON p.id = a.seller
         AND window_of(p."dateTime", 10000) = window_of(a."dateTime", 10000)""",
    "q9": """
        SELECT id, "itemName", description, "initialBid", reserve,
               iso("dateTime") AS "dateTime", iso(expires) AS expires,
               seller, category, extra, auction, bidder, price,
               iso("bid_dateTime") AS "bid_dateTime", bid_extra
        FROM winning""",
    "q10": """
        SELECT auction, bidder, price, iso("dateTime") AS "dateTime", extra,
               day_of("dateTime") AS dt, minute_of("dateTime") AS hm
        FROM bid""",
    "q11": """
        WITH moments AS (
            SELECT bidder, "dateTime" AS t, count(*) AS num FROM bid GROUP BY ALL),
        marked AS (
            SELECT *, t - lag(t) OVER (PARTITION BY bidder ORDER BY t) > 10000 AS opens
            FROM moments),
        numbered AS (
            SELECT *, sum(CASE WHEN opens THEN 1 ELSE 0 END) OVER (
                PARTITION BY bidder ORDER BY t ROWS UNBOUNDED PRECEDING) AS session
            FROM marked)
        SELECT bidder, CAST(sum(num) AS BIGINT) AS bid_count,
               iso(min(t)) AS starttime, iso(max(t) + 10000) AS endtime
        FROM numbered GROUP BY bidder, session""",
    "q12": """
        SELECT bidder, count(*) AS bid_count, iso(start) AS starttime,
               iso(start + 10000) AS endtime
        FROM (SELECT bidder, window_of("dateTime", 10000) AS start FROM bid)
        GROUP BY bidder, start""",
    "q13": """
        WITH side AS (
            SELECT range AS key, CAST(range AS VARCHAR) AS "value" FROM range(10000))
        SELECT auction, bidder, price, iso("dateTime") AS "dateTime", side."value"
        FROM bid JOIN side ON auction % 10000 = side.key""",
    "q14": """
        SELECT auction, bidder, euros(bid.price) AS price,
               CASE WHEN hour_of("dateTime") BETWEEN 8 AND 18 THEN 'dayTime'
                    WHEN hour_of("dateTime") IN (7, 19) THEN 'otherTime'
                    ELSE 'nightTime' END AS "bidTimeType",
               iso("dateTime") AS "dateTime", extra, count_of(extra, 'c') AS c_counts
        FROM bid
        WHERE euros(bid.price) > 1000000 AND euros(bid.price) < 50000000""",
    "q15": f"""
        SELECT day_of("dateTime") AS "day", {ALL_RANKS}
        FROM bid GROUP BY day_of("dateTime")""",
    "q16": f"""
        SELECT channel, day_of("dateTime") AS "day",
               max(minute_of("dateTime")) AS "minute", {ALL_RANKS}
        FROM bid GROUP BY channel, day_of("dateTime")""",
    "q17": f"""
        SELECT auction, day_of("dateTime") AS "day", {BID_RANKS},
               min(price) AS min_price, max(price) AS max_price,
               int_avg(sum(price), count(*)) AS avg_price,
               CAST(sum(price) AS BIGINT) AS sum_price
        FROM bid GROUP BY auction, day_of("dateTime")""",
    "q18": """
        SELECT auction, bidder, price, channel, url, iso(t) AS "dateTime", extra
        FROM (SELECT *, "dateTime" AS t FROM bid)
        QUALIFY row_number() OVER (
            PARTITION BY bidder, auction
            ORDER BY t DESC, price DESC, url DESC, channel DESC, extra DESC) = 1""",
    "q19": """
        SELECT auction, bidder, price, channel, url, iso(t) AS "dateTime", extra,
               row_number() OVER (
                   PARTITION BY auction
                   ORDER BY price DESC, t, bidder, url, channel, extra) AS rank_number
        FROM (SELECT *, "dateTime" AS t FROM bid)
        QUALIFY rank_number <= 10""",
    "q20": """
        SELECT auction, bidder, price, channel, url,
               iso(b."dateTime") AS "bid_dateTime", b.extra AS bid_extra,
               "itemName", description, "initialBid", reserve,
               iso(a."dateTime") AS "auction_dateTime", iso(a.expires) AS expires,
               seller, category, a.extra AS auction_extra
        FROM bid AS b JOIN auction AS a ON b.auction = a.id
        WHERE a.category = 10""",
    "q21": """
        SELECT auction, bidder, price, channel, channel_id
        FROM (SELECT *, CASE lower(channel)
                        WHEN 'apple' THEN '0' WHEN 'google' THEN '1'
                        WHEN 'facebook' THEN '2' WHEN 'baidu' THEN '3'
                        ELSE CASE WHEN regexp_matches(url, '(&|^)channel_id=([^&]*)')
                             THEN regexp_extract(url, '(&|^)channel_id=([^&]*)', 2) END
                        END AS channel_id
              FROM bid)
        WHERE channel_id IS NOT NULL""",
    "q22": """
        SELECT auction, bidder, price, channel,
               string_split(url, '/')[4] AS dir1, string_split(url, '/')[5] AS dir2,
               string_split(url, '/')[6] AS dir3
        FROM bid""",
}

# Other readings of a query; run by name only, not part of `all`.
VARIANTS = {
    "q6_published": """
        SELECT seller, int_avg(sum(price) OVER w, count(*) OVER w) AS avg_price
        FROM winning
        WINDOW w AS (PARTITION BY seller ORDER BY "bid_dateTime", id
                     ROWS BETWEEN 10 PRECEDING AND CURRENT ROW)""",
    "q7_half_open": """
        SELECT auction, bidder, price, iso(t) AS "dateTime", extra
        FROM (SELECT *, "dateTime" AS t FROM bid)
        QUALIFY price = max(price) OVER (PARTITION BY window_of(t, 10000))""",
}


def load_table(database, table, path, columns):
    """Reads one JSON Lines file into a table, its times as milliseconds."""
    types = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items()) + "}"
    fields = ", ".join(f'millis("{name}") AS "{name}"' if name in TIME_COLUMNS else f'"{name}"'
                       for name in columns)
    quoted_path = path.replace("'", "''")
    database.execute(f"""
        CREATE TABLE {table} AS SELECT {fields}
        FROM read_json('{quoted_path}', format = 'newline_delimited', columns = {types})""")
    check_complete(database, table, columns)


def check_complete(database, table, columns):
    """Refuses rows without one of their numbers or times."""
    needed = [name for name, kind in columns.items() if kind == "BIGINT" or name in TIME_COLUMNS]
    for name in needed:
        query = f'SELECT count(*) FROM {table} WHERE "{name}" IS NULL'
        if missing := database.execute(query).fetchone()[0]:
            sys.exit(f"{table}: {missing} rows without {name}")


def open_input(folder):
    """A database with the tables person, auction and bid of a folder."""
    database = duckdb.connect(":memory:")
    database.execute("SET TimeZone = 'UTC'")
    database.execute(SETUP)
    load_table(database, "person", os.path.join(folder, "persons.jsonl"), PERSON_COLUMNS)
    load_table(database, "auction", os.path.join(folder, "auctions.jsonl"), AUCTION_COLUMNS)
    load_table(database, "bid", os.path.join(folder, "bids.jsonl"), BID_COLUMNS)
    database.execute(VIEWS)
    return database


def run_query(database, name):
    """The final rows of a query, as dictionaries in no particular order."""
    cursor = database.execute(QUERIES.get(name) or VARIANTS[name])
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, values)) for values in cursor.fetchall()]


def canonical_text(row):
    """The one text of a row that it is written and sorted by."""
    return json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def write_rows(rows, path):
    """Writes rows as sorted JSON Lines."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(line + "\n" for line in sorted(map(canonical_text, rows)))


def parse_arguments(arguments):
    """The command line, checked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("query", choices=[*QUERIES, *VARIANTS, "all"])
    parser.add_argument("--input", required=True, help="folder of the three input files")
    parser.add_argument("--out", help="file for the rows of one query")
    parser.add_argument("--out-dir", help="folder for the files qN.jsonl of `all`")
    options = parser.parse_args(arguments)
    if options.query == "all" and not options.out_dir:
        parser.error("all needs --out-dir")
    if options.query != "all" and not options.out:
        parser.error("a single query needs --out")
    return options


def main(arguments=None):
    """Runs one query, or all of them."""
    options = parse_arguments(arguments)
    database = open_input(options.input)
    if options.query != "all":
        write_rows(run_query(database, options.query), options.out)
        return 0
    os.makedirs(options.out_dir, exist_ok=True)
    for name in QUERIES:
        write_rows(run_query(database, name), os.path.join(options.out_dir, f"{name}.jsonl"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
