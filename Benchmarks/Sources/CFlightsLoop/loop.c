// The main job by hand: one pass over each file's bytes, a hash table a thread, merged at the end. No quotes, no errors.
#include "CFlightsLoop.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    uint64_t key;
    int64_t flights, delayed, minutes, worst;
} slot;

typedef struct {
    const char *path;
    slot *slots;
    uint64_t capacity, used;
    int64_t rows;
    int status;
} part;

static int64_t days(int64_t y, int64_t m, int64_t d) {  // days since 1970, by Howard Hinnant's algorithm
    y -= m <= 2;
    const int64_t era = y / 400, yoe = y - era * 400;
    const int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

static slot *find(part *p, uint64_t key) {
    for (;;) {
        uint64_t at = key * 0x9E3779B97F4A7C15u >> 20 & (p->capacity - 1);
        while (p->slots[at].key && p->slots[at].key != key) at = (at + 1) & (p->capacity - 1);
        if (p->slots[at].key) return &p->slots[at];
        if (p->used * 2 < p->capacity) {
            p->used++;
            p->slots[at] = (slot){key, 0, 0, 0, INT64_MIN};
            return &p->slots[at];
        }
        part larger = *p;
        larger.capacity *= 2;
        larger.used = 0;
        larger.slots = calloc(larger.capacity, sizeof(slot));
        for (uint64_t i = 0; i < p->capacity; i++)
            if (p->slots[i].key) *find(&larger, p->slots[i].key) = p->slots[i];
        free(p->slots);
        *p = larger;
    }
}

static inline int64_t number(const char *p, const char *end) {
    int64_t value = 0;
    const int negative = p < end && *p == '-';
    for (p += negative; p < end; p++) value = value * 10 + (*p - '0');
    return negative ? -value : value;
}

static void *work(void *argument) {
    part *p = argument;
    const int file = open(p->path, O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) < 0) {
        p->status = errno;
        return NULL;
    }
    const char *start = mmap(0, status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    if (start == MAP_FAILED) {
        p->status = errno;
        return NULL;
    }
    const char *end = start + status.st_size, *at = (const char *)memchr(start, '\n', end - start) + 1;
    const char *field[20];
    while (at < end) {
        int fields = 0;
        field[fields++] = at;
        const char *q = at;
        for (; q < end && *q != '\n'; q++)
            if (*q == ',' && fields < 19) field[fields++] = q + 1;
        field[fields] = q + 1;
        p->rows++;
        if (fields == 19 && field[5][0] != 'N' && field[6] - 1 > field[5]) {
            const int64_t hour = 24 * days(number(field[0], field[1] - 1), number(field[1], field[2] - 1),
                                           number(field[2], field[3] - 1)) + number(field[16], field[17] - 1);
            const int64_t delay = number(field[5], field[6] - 1);
            const uint64_t airport = (uint64_t)(uint8_t)field[12][0] | (uint64_t)(uint8_t)field[12][1] << 8 |
                                     (uint64_t)(uint8_t)field[12][2] << 16;
            slot *s = find(p, (uint64_t)hour << 24 | airport);
            s->flights++;
            s->minutes += delay;
            if (delay > s->worst) s->worst = delay;
            if (delay >= 15) s->delayed++;
        }
        at = q + 1;
    }
    munmap((void *)start, status.st_size);
    return NULL;
}

flights_result flights_loop(const char *first, const char *second, int *status) {
    part parts[2] = {{first, 0, 1 << 16, 0, 0, 0}, {second, 0, 1 << 16, 0, 0, 0}};
    pthread_t threads[2];
    for (int i = 0; i < 2; i++) {
        parts[i].slots = calloc(parts[i].capacity, sizeof(slot));
        pthread_create(&threads[i], NULL, work, &parts[i]);
    }
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    for (uint64_t i = 0; i < parts[1].capacity; i++) {
        const slot *from = &parts[1].slots[i];
        if (!from->key) continue;
        slot *into = find(&parts[0], from->key);
        into->flights += from->flights;
        into->delayed += from->delayed;
        into->minutes += from->minutes;
        if (from->worst > into->worst) into->worst = from->worst;
    }
    flights_result result = {parts[0].rows + parts[1].rows, (int64_t)parts[0].used, 0};
    for (uint64_t i = 0; i < parts[0].capacity; i++) {
        const slot *s = &parts[0].slots[i];
        if (!s->key) continue;
        result.checksum +=
            flights_checksum((int64_t)(s->key >> 24), s->key & 0xffffff, s->flights, s->delayed, s->minutes, s->worst);
    }
    *status = parts[0].status ? parts[0].status : parts[1].status;
    free(parts[0].slots);
    free(parts[1].slots);
    return result;
}
