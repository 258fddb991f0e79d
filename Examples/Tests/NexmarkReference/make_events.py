#!/usr/bin/env python3
"""Makes a random Nexmark folder: persons.jsonl, auctions.jsonl, bids.jsonl.

    python3 make_events.py --events N --seed S --out DIR [--times ms|iso]
                           [--canonical-twins]

Of 50 events 1 is a person, 3 are auctions, 46 are bids. The same arguments make
the same files. It aims at edge cases, not at likeness to the real generator:

- few prices, and times on a grid that contains the edges of windows, so there
  are many ties of price, of time and of both; some bids repeat an earlier bid
  with another url and channel, some exactly;
- hot auctions, few bidders, pauses of exactly 10 s, of 10 s +/- 1 ms and longer,
  and jumps over midnight and over the hours of q14;
- auctions that expire soon, bids at exactly their first and last moment, before
  and after them, and bids to auctions that do not exist;
- the highest price of a window comes again exactly at its end (q7);
- urls with and without channel_id, with empty values and missing parts; texts
  with quotes, line ends, emoji, and c with a combining mark;
- rows out of order by at most 2 s, some texts with JSON escapes.

Bids that are equal in auction, bidder, price and time have the same `extra`
while the auction is open, so that the winning bid (q9) is unambiguous.
--canonical-twins adds channels and urls that differ in Unicode normalisation
only; the queries see different texts there.
"""

import argparse
import json
import os
import random
import sys
from datetime import datetime, timedelta, timezone

START = 1_735_689_590_000  # 2024-12-31T23:59:50Z, so midnight and new year come soon
SECOND = 1000
HOUR = 3600 * SECOND
DAY = 24 * HOUR
SHUFFLE = 2 * SECOND
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

STATES = ["OR", "ID", "CA", "WA", "AZ", "or", ""]
CITIES = ["Portland", "Boise", "Zürich", "München", "東京", "O'Fallon"]
NAMES = ["Peter Shultz", "Kate Bartels", "Zoë \"Z\" Ångström", "Ли Вэй", "Vicky 🦊 Noris"]
CATEGORIES = [10, 10, 11, 12, 13, 14]
CHANNELS = ["apple", "Google", "FACEBOOK", "baidu", "Apple", "channel-7", "канал", "",
            "chännel"]
CANONICAL_TWINS = ["cha\u0308nnel", "e\u0301clair", "\u00e9clair"]
PRICES = [1, 100, 9_999, 10_000, 10_001, 999_999, 1_000_000, 1_101_321, 1_101_322,
          1_500_000, 55_066_079, 55_066_080, 99_999_999, 3_000_000_000]
URLS = [
    "https://www.nexmark.com/abo/xyz/lmn/item.htm?query=1",
    "https://www.nexmark.com/abo/xyz/lmn/item.htm?query=1&channel_id=123",
    "https://www.nexmark.com/a/b/c?channel_id=9",
    "https://www.nexmark.com/a/b/c?x=1&channel_id=&y=2",
    "https://www.nexmark.com/a/b/c?x=1&channel_id=77&channel_id=88",
    "https://www.nexmark.com/a/b?x=1&xchannel_id=5",
    "https://www.nexmark.com/a//c/&channel_id=a/b",
    "https://www.nexmark.com/a/",
    "https://www.nexmark.com",
    "https://www.nexmark.com/ü/\u0301b/日本?&channel_id=é=1",
    "channel_id=first&x=1",
    "/1/2/3/4/5/6",
    "x/\r\n/y/z\n&channel_id=line\nend",
    "",
]
EXTRAS = ["", "c", "cc c", "Cc", "no such letter? yes: c", "say \"c\" \\ c\tc", "çc", "c\u0327",
          "🙂c🙂", "line\nbreak c\r\nc", "\u2028c", "日本cc語", "</c>", "abc" * 9,
          "ordinary", "2025-01-01", "12", "null"]


class Generator:
    """The events of one folder."""

    def __init__(self, seed, canonical_twins=False):
        self.random = random.Random(seed)
        self.channels = CHANNELS + (CANONICAL_TWINS if canonical_twins else [])
        self.urls = URLS + ([f"https://x/{twin}/1" for twin in CANONICAL_TWINS]
                            if canonical_twins else [])
        self.now = START
        self.persons, self.auctions, self.bids = [], [], []
        self.top_of_window = {}
        self.extra_of_bid = {}

    def chance(self, probability):
        """True in that share of the calls."""
        return self.random.random() < probability

    def add_events(self, count):
        """Adds the given number of events in turns of 50."""
        for index in range(count):
            self.advance()
            turn = index % 50
            if turn == 0:
                self.add_person()
            elif turn <= 3:
                self.add_auction()
            else:
                self.add_bid()

    def advance(self):
        """Moves the time on: mostly little, at times to an edge or far."""
        draw = self.random.random()
        if draw < 0.35:
            return
        if draw < 0.80:
            self.now += self.random.choice([1, 7, 100, 250, 500])
        elif draw < 0.90:
            self.now += SECOND - self.now % SECOND
        elif draw < 0.95:
            self.now += 10 * SECOND - self.now % (10 * SECOND)
        elif draw < 0.975:
            self.now += 10 * SECOND + self.random.choice([-1, 0, 1])
        elif draw < 0.99:
            self.now += self.random.choice([12, 20, 35]) * SECOND
        elif draw < 0.998:
            hours = self.random.choice([1, 2, 5, 7, 8])
            self.now += hours * HOUR - self.now % HOUR - self.random.choice([0, 1, SECOND])
        else:
            self.now += DAY - self.now % DAY - self.random.choice([0, 1, 5 * SECOND])

    def add_person(self):
        """A person; ids start at 1000, names repeat."""
        number = 1000 + len(self.persons)
        self.persons.append({
            "id": number, "name": self.random.choice(NAMES),
            "emailAddress": f"p{number}@example.com", "creditCard": "1234 5678 9012 3456",
            "city": self.random.choice(CITIES), "state": self.random.choice(STATES),
            "dateTime": self.now, "extra": self.random.choice(EXTRAS),
        })

    def recent_person(self):
        """A hot seller, a person of the last few, or one that does not exist."""
        if self.chance(0.05):
            return 999
        newest = len(self.persons) - 1
        if self.chance(0.4):
            return 1000 + newest // 20 * 20
        return 1000 + max(0, newest - self.random.choice([0, 0, 0, 1, 1, 2, 4, 7]))

    def add_auction(self):
        """An auction that is open for a short time, or for one moment."""
        number = 1000 + len(self.auctions)
        length = self.random.choice([0, 1, 500, 5000, 10_000, 10_000, 20_000, 60_000,
                                     60_000, 100_000, HOUR])
        expires = self.now + length
        if self.auctions and self.chance(0.2):
            expires = max(self.now, self.auctions[-1]["expires"])
        first = self.random.choice(PRICES[:6])
        self.auctions.append({
            "id": number, "itemName": f"item {self.random.choice(NAMES)}",
            "description": self.random.choice(EXTRAS), "initialBid": first,
            "reserve": first * 2, "dateTime": self.now, "expires": expires,
            "seller": self.recent_person(), "category": self.random.choice(CATEGORIES),
            "extra": self.random.choice(EXTRAS),
        })

    def pick_auction(self):
        """The id of a hot auction, a recent one, any one, or none."""
        count = len(self.auctions)
        draw = self.random.random()
        if draw < 0.03 or not count:
            return self.random.choice([0, 123, 999, 1000 + count + 2, 10_004_567])
        if draw < 0.40:
            return 1000 + (count - 1) // 8 * 8
        if draw < 0.90:
            return 1000 + max(0, count - self.random.randint(1, 6))
        return 1000 + self.random.randrange(count)

    def pick_time(self, auction):
        """Now, or a near moment at which something begins or ends."""
        known = 1000 <= auction < 1000 + len(self.auctions)
        if known and self.chance(0.15):
            row = self.auctions[auction - 1000]
            edge = self.random.choice([row["dateTime"], row["expires"]])
            moment = edge + self.random.choice([0, 0, 0, -1, 1])
            if abs(moment - self.now) <= 60 * SECOND:
                return moment
        return self.now

    def add_bid(self):
        """A new bid, or a repetition of an earlier one."""
        if self.bids and self.chance(0.12):
            self.repeat_bid()
            return
        auction = self.pick_auction()
        moment = self.pick_time(auction)
        price = self.random.choice(PRICES)
        if moment % (10 * SECOND) == 0 and self.chance(0.7):
            price = self.top_of_window.get(moment - 10 * SECOND, price)
        if self.chance(0.3):
            price = self.random.randint(1, 60_000_000)
        bidder = 1000 + self.random.choice([0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7])
        self.append_bid(auction, bidder, price, moment)

    def repeat_bid(self):
        """One of the last bids again: exactly, or in some of its fields."""
        old = self.random.choice(self.bids[-8:])
        if self.chance(0.2):
            self.bids.append(dict(old))
            return
        bidder = old["bidder"] if self.chance(0.7) else 1000 + self.random.randrange(8)
        price = old["price"] if self.chance(0.7) else self.random.choice(PRICES)
        moment = old["dateTime"] if self.chance(0.8) else self.now
        self.append_bid(old["auction"], bidder, price, moment)

    def append_bid(self, auction, bidder, price, moment):
        """Adds one bid and notes the highest price of its window."""
        start = moment - moment % (10 * SECOND)
        self.top_of_window[start] = max(price, self.top_of_window.get(start, 0))
        self.bids.append({
            "auction": auction, "bidder": bidder, "price": price,
            "channel": self.random.choice(self.channels), "url": self.random.choice(self.urls),
            "dateTime": moment, "extra": self.bid_extra(auction, bidder, price, moment),
        })

    def bid_extra(self, auction, bidder, price, moment):
        """A text; the same one for equal bids unless the auction is closed."""
        extra = self.random.choice(EXTRAS)
        if 1000 <= auction < 1000 + len(self.auctions):
            row = self.auctions[auction - 1000]
            if not row["dateTime"] <= moment <= row["expires"]:
                return extra
        return self.extra_of_bid.setdefault((auction, bidder, price, moment), extra)


def out_of_order(rows, source):
    """The rows in an order that is at most 2 s off the order of their times."""
    return sorted(rows, key=lambda row: row["dateTime"] + source.randint(0, SHUFFLE))


def iso_text(millis):
    """ISO 8601 text in UTC with three fraction digits."""
    text = (EPOCH + timedelta(milliseconds=millis)).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def write_rows(path, rows, times, source):
    """Writes JSON Lines; every other row or so escapes all non-ASCII characters."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            if times == "iso":
                row = {name: iso_text(value) if name in ("dateTime", "expires") else value
                       for name, value in row.items()}
            file.write(json.dumps(row, ensure_ascii=source.random() < 0.5) + "\n")


def main(arguments=None):
    """Writes the three files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--times", choices=["ms", "iso"], default="ms")
    parser.add_argument("--canonical-twins", action="store_true")
    options = parser.parse_args(arguments)
    generator = Generator(options.seed, options.canonical_twins)
    generator.add_events(options.events)
    os.makedirs(options.out, exist_ok=True)
    order = random.Random(options.seed + 1)
    for name in ("persons", "auctions", "bids"):
        rows = out_of_order(getattr(generator, name), order)
        write_rows(os.path.join(options.out, f"{name}.jsonl"), rows, options.times, order)
    return 0


if __name__ == "__main__":
    sys.exit(main())
