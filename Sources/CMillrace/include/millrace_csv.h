#ifndef MILLRACE_CSV_H
#define MILLRACE_CSV_H

#include <stdint.h>

/// What `millrace_csv_row` found.
typedef struct {
    /// The length of the row without its line end, in bytes.
    int64_t content;
    /// The length with its line end, in bytes; 0 if the row does not end within the bytes.
    int64_t length;
    /// The number of fields.
    int64_t fields;
    /// Whether a quote or a carriage return stands in the row: the fields are not what `ends` says.
    int32_t is_irregular;
    /// Whether a byte of the row is not ASCII.
    int32_t has_non_ascii;
} millrace_csv_row_result;

/// How many bytes after the end of its input `millrace_csv_row` may read, and how many positions after the last field it
/// may write.
enum { millrace_csv_padding = 64 };

/// Finds the end of the row at `bytes` and of each of its fields, without regard to quotes.
///
/// `ends[i]` is the offset of the byte after field `i`. At most `capacity` of them are meaningful: a row of more fields is
/// counted to its end. `count` bytes are looked at, and up to 64 after them may be read.
millrace_csv_row_result millrace_csv_row(
    const uint8_t *bytes, int64_t count, uint8_t separator, int32_t *ends, int64_t capacity);

#endif
