#pragma once
#include <stdint.h>

/// Sends `count` records of the workload to `topic`, whose partitions take turns. Returns 0, or an error code.
int kafka_fill(const char *brokers, const char *topic, int partitions, int64_t count, int64_t per_second, int64_t time);

/// Reads `partitions` of `topic` from their beginning until `count` records have come, a batch a call, and does nothing
/// with them. Returns the sum of their lengths, or -1.
int64_t kafka_drain(const char *brokers, const char *topic, int partitions, int64_t count);
