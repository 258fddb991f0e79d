#include "millrace_csv.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>
#endif

/// A bit for each of 64 bytes.
typedef struct {
    uint64_t ends;      // separators and line feeds
    uint64_t line_feeds;
    uint64_t unusual;   // quotes, carriage returns, bytes that are not ASCII
} masks;

#if defined(__SSE2__)

static inline masks masks_of(const uint8_t *bytes, uint8_t separator) {
    const __m128i separators = _mm_set1_epi8((char)separator), line_feeds = _mm_set1_epi8('\n');
    const __m128i quotes = _mm_set1_epi8('"'), returns = _mm_set1_epi8('\r');
    masks found = {0, 0, 0};
    for (int part = 0; part < 4; part++) {
        const __m128i x = _mm_loadu_si128((const __m128i *)(bytes + 16 * part));
        const __m128i feeds = _mm_cmpeq_epi8(x, line_feeds);
        const __m128i ends = _mm_or_si128(_mm_cmpeq_epi8(x, separators), feeds);
        // The highest bit of a byte that is not ASCII is set already.
        const __m128i unusual =
            _mm_or_si128(x, _mm_or_si128(_mm_cmpeq_epi8(x, quotes), _mm_cmpeq_epi8(x, returns)));
        found.ends |= (uint64_t)(uint32_t)_mm_movemask_epi8(ends) << (16 * part);
        found.line_feeds |= (uint64_t)(uint32_t)_mm_movemask_epi8(feeds) << (16 * part);
        found.unusual |= (uint64_t)(uint32_t)_mm_movemask_epi8(unusual) << (16 * part);
    }
    return found;
}

#elif defined(__ARM_NEON) && defined(__aarch64__)

static inline uint64_t bits_of(uint8x16_t a, uint8x16_t b, uint8x16_t c, uint8x16_t d) {
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t w = vld1q_u8(weights);
    uint8x16_t low = vpaddq_u8(vandq_u8(a, w), vandq_u8(b, w));
    uint8x16_t high = vpaddq_u8(vandq_u8(c, w), vandq_u8(d, w));
    low = vpaddq_u8(low, high);
    low = vpaddq_u8(low, low);
    return vgetq_lane_u64(vreinterpretq_u64_u8(low), 0);
}

static inline masks masks_of(const uint8_t *bytes, uint8_t separator) {
    uint8x16_t ends[4], feeds[4], unusual[4];
    for (int part = 0; part < 4; part++) {
        const uint8x16_t x = vld1q_u8(bytes + 16 * part);
        feeds[part] = vceqq_u8(x, vdupq_n_u8('\n'));
        ends[part] = vorrq_u8(vceqq_u8(x, vdupq_n_u8(separator)), feeds[part]);
        unusual[part] = vorrq_u8(
            vcgeq_u8(x, vdupq_n_u8(0x80)),
            vorrq_u8(vceqq_u8(x, vdupq_n_u8('"')), vceqq_u8(x, vdupq_n_u8('\r'))));
    }
    masks found = {
        bits_of(ends[0], ends[1], ends[2], ends[3]), bits_of(feeds[0], feeds[1], feeds[2], feeds[3]),
        bits_of(unusual[0], unusual[1], unusual[2], unusual[3])};
    return found;
}

#else

static inline masks masks_of(const uint8_t *bytes, uint8_t separator) {
    masks found = {0, 0, 0};
    for (int place = 0; place < 64; place++) {
        const uint8_t byte = bytes[place];
        const uint64_t bit = (uint64_t)1 << place;
        if (byte == separator || byte == '\n') found.ends |= bit;
        if (byte == '\n') found.line_feeds |= bit;
        if (byte == '"' || byte == '\r' || byte >= 0x80) found.unusual |= bit;
    }
    return found;
}

#endif

/// Writes the positions of the bits of `mask`, eight at a time, so that the number of rounds is foreseeable. Up to seven
/// places after the last are written, too.
static inline void write_positions(uint64_t mask, int32_t offset, int32_t *ends) {
    do {
        for (int next = 0; next < 8; next++) {
            // Of no bits the count is not defined; what is written for them is not read.
            ends[next] = offset + (int32_t)__builtin_ctzll(mask | (uint64_t)1 << 63);
            mask &= mask - 1;
        }
        ends += 8;
    } while (mask);
}

millrace_csv_row_result millrace_csv_row(
    const uint8_t *bytes, int64_t count, uint8_t separator, int32_t *ends, int64_t capacity) {
    millrace_csv_row_result row = {0, 0, 0, 0, 0};
    uint64_t last_unusual = 0;
    for (int64_t offset = 0; offset < count; offset += 64) {
        masks found = masks_of(bytes + offset, separator);
        const int64_t left = count - offset;
        if (left < 64) {
            const uint64_t inside = ((uint64_t)1 << left) - 1;
            found.ends &= inside;
            found.line_feeds &= inside;
            found.unusual &= inside;
        }
        const uint64_t line_feed = found.line_feeds & -found.line_feeds;
        if (line_feed) {
            // Up to the line feed, which ends the last field.
            const uint64_t inside = line_feed | (line_feed - 1);
            found.ends &= inside;
            found.unusual &= inside;
        }
        const int64_t more = __builtin_popcountll(found.ends);
        if (more) {
            if (row.fields + more <= capacity) write_positions(found.ends, (int32_t)offset, ends + row.fields);
            row.fields += more;
        }
        if (line_feed) {
            row.content = offset + __builtin_ctzll(line_feed);
            row.length = row.content + 1;
            // A carriage return before the line feed belongs to the line end.
            if (row.content > 0 && bytes[row.content - 1] == '\r') {
                row.content -= 1;
                if (row.fields <= capacity) ends[row.fields - 1] -= 1;
                if (row.content >= offset) {
                    found.unusual &= ~((uint64_t)1 << (row.content - offset));
                } else {
                    last_unusual &= ~((uint64_t)1 << 63);
                }
            }
        }
        // The unusual bytes of the block before, now that it is known whether its last was a line end's.
        if (last_unusual) {
            for (int64_t place = offset - 64; place < offset; place++) {
                if (!(last_unusual >> (place - offset + 64) & 1)) continue;
                if (bytes[place] >= 0x80) row.has_non_ascii = 1; else row.is_irregular = 1;
            }
        }
        last_unusual = found.unusual;
        if (line_feed) {
            for (uint64_t rest = last_unusual; rest; rest &= rest - 1) {
                if (bytes[offset + __builtin_ctzll(rest)] >= 0x80) row.has_non_ascii = 1; else row.is_irregular = 1;
            }
            return row;
        }
        if (offset > INT32_MAX / 2) return row;
    }
    return row;
}
