#ifndef CFLIGHTSLOOP_H
#define CFLIGHTSLOOP_H
#include <stdint.h>

typedef struct {
    int64_t rows;
    int64_t windows;
    /// The sum over all windows of what `flights_checksum` gives.
    uint64_t checksum;
} flights_result;

/// Counts the departures of each hour and airport in two CSV files, one thread a file, and merges them at the end.
/// `status` is 0, or the errno of what failed.
flights_result flights_loop(const char *first, const char *second, int *status);

/// A window's part of the checksum: hour since 1970, airport as three bytes, departures, delayed ones, minutes in all, worst.
static inline uint64_t flights_checksum(
    int64_t hour, uint64_t airport, int64_t flights, int64_t delayed, int64_t minutes, int64_t worst) {
    uint64_t x = (uint64_t)hour * 31 + airport;
    x = x * 1000003 + (uint64_t)flights;
    x = x * 1000003 + (uint64_t)delayed;
    x = x * 1000003 + (uint64_t)minutes;
    x = x * 1000003 + (uint64_t)worst;
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}
#endif
