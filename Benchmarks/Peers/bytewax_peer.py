"""The workloads W0, W1 and W2 as a Bytewax dataflow. `run` starts it; see README.md.

Environment: PEER_WORKLOAD (W0, W1, W2) and PEER_RECORDS. Each worker prints one JSON object when it ends.
"""

import json
import os
import time
from datetime import datetime, timedelta, timezone

import numpy as np

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from bytewax.inputs import FixedPartitionedSource, StatefulSourcePartition
from bytewax.operators import windowing
from bytewax.outputs import DynamicSink, StatelessSinkPartition

WORKLOAD = os.environ["PEER_WORKLOAD"]
RECORDS = int(os.environ["PEER_RECORDS"])
KEYS = {"W0": 1, "W1": 100_000, "W2": 10_000}[WORKLOAD]
PARTITIONS = 2
BATCH = 1_000
EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
KEY_NAMES = [str(key) for key in range(KEYS)]  # keys have to be strings
MASK = 2**64 - 1
started = None


def splitmix64(x):
    """Of a whole array: the generator should cost little beside the engine."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def row_hash(key, window_end, count, total):
    x = (key * 31 + window_end + count * 7 + total + 0x9E3779B97F4A7C15) & MASK
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & MASK
    return x ^ (x >> 31)


class GeneratorPartition(StatefulSourcePartition):
    """Partition s holds the records s, s + 2, s + 4, ..."""

    def __init__(self, index):
        global started
        self.index = index
        if started is None:
            started = (time.time(), time.process_time())

    def next_batch(self):
        if self.index >= RECORDS:
            raise StopIteration()
        end = min(self.index + BATCH * PARTITIONS, RECORDS)
        index = np.arange(self.index, end, PARTITIONS, dtype=np.uint64)
        self.index += PARTITIONS * len(index)
        values = (splitmix64(index ^ np.uint64(0x5555)) % np.uint64(1_000)).tolist()
        if WORKLOAD == "W0":
            return values
        keys = map(KEY_NAMES.__getitem__, (splitmix64(index) % np.uint64(KEYS)).tolist())
        if WORKLOAD == "W1":
            return list(zip(keys, values))
        times = (index // np.uint64(100)).tolist()
        of = {ms: EPOCH + timedelta(milliseconds=ms) for ms in range(times[0], times[-1] + 1)}
        return list(zip(keys, zip(map(of.__getitem__, times), values)))

    def snapshot(self):
        return self.index


class GeneratorSource(FixedPartitionedSource):
    def list_parts(self):
        return [str(number) for number in range(PARTITIONS)]

    def build_part(self, step_id, for_part, resume_state):
        return GeneratorPartition(int(for_part) if resume_state is None else resume_state)


class TallyPartition(StatelessSinkPartition):
    """What a worker has seen; it prints its own tally when it ends."""

    def __init__(self):
        self.checksum = 0
        self.rows = 0
        self.last = {}

    def write_batch(self, items):
        if WORKLOAD == "W0":
            self.rows += len(items)
        elif WORKLOAD == "W1":
            self.last.update(items)
        else:
            for key, (window, (count, total)) in items:
                self.checksum ^= row_hash(int(key), (window + 1) * 10_000, count, total)
            self.rows += len(items)

    def close(self):
        for key, (count, total) in self.last.items():
            self.checksum ^= row_hash(int(key), 0, count, total)
            self.rows += 1
        with open("/proc/self/status") as status:
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
        tally = {
            "pid": os.getpid(),
            "begin": started[0] if started else time.time(),
            "end": time.time(),
            "cpu_s": time.process_time() - (started[1] if started else 0),
            "peak_rss_mb": peak * 1024 / 1e6,
            "checksum": self.checksum,
            "rows": self.rows,
        }
        os.write(1, (json.dumps(tally) + "\n").encode())


class TallySink(DynamicSink):
    def build(self, step_id, worker_index, worker_count):
        return TallyPartition()


def add(total, value):
    count, sum_ = total if total is not None else (0, 0)
    total = (count + 1, sum_ + value)
    return total, total


def fold(total, item):
    return (total[0] + 1, total[1] + item[1])


def merge(left, right):
    return (left[0] + right[0], left[1] + right[1])


def build():
    flow = Dataflow("peer")
    records = op.input("generator", flow, GeneratorSource())
    if WORKLOAD == "W0":
        doubled = op.map("double", records, lambda value: value * 2)
        rows = op.filter("divisible", doubled, lambda value: value % 3 == 0)
    elif WORKLOAD == "W1":
        rows = op.stateful_map("totals", records, add)
    else:
        # The clock is the records' alone: a key's watermark is the greatest timestamp it has seen, less 10 s,
        # because a key sees both partitions and Bytewax has no watermark of a partition. Time that stands still
        # keeps wall time out of it; windows close by later records of their key, or at the end of the input.
        clock = windowing.EventClock(
            ts_getter=lambda item: item[0],
            wait_for_system_duration=timedelta(seconds=10),
            now_getter=lambda: EPOCH,
            to_system_utc=lambda time: None,
        )
        windower = windowing.TumblingWindower(length=timedelta(seconds=10), align_to=EPOCH)
        rows = windowing.fold_window(
            "windows", records, clock, windower, lambda: (0, 0), fold, merge, ordered=False
        ).down
    op.output("tally", rows, TallySink())
    return flow


flow = build()
