#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A simdjson parser with the buffer that its documents are copied to. Used by one thread at a time.
typedef struct csimdjson_parser csimdjson_parser;

/// A parsed document, as simdjson lays it out: valid until the parser's next document.
typedef struct {
    /// The values in the order of the text: simdjson's "tape", described in its doc/tape.md.
    const uint64_t *tape;
    /// The strings that the tape points into: a 32-bit length each, the bytes, a zero.
    const uint8_t *strings;
} csimdjson_document;

/// How a parse ended.
typedef enum {
    csimdjson_success = 0,
    csimdjson_out_of_memory,
    csimdjson_too_long,
    csimdjson_too_deep,
    /// A number that is malformed, or that neither 64 bits nor a double can hold.
    csimdjson_number,
    csimdjson_malformed,
} csimdjson_result;

/// Makes a parser of documents that are nested no deeper than `max_depth`; null if there is no memory.
csimdjson_parser *csimdjson_create(size_t max_depth);

void csimdjson_destroy(csimdjson_parser *parser);

/// The parser's buffer, with room for a text of `length` bytes and the padding that simdjson reads beyond it; null if
/// there is no memory. What an earlier call returned is no longer valid.
uint8_t *csimdjson_reserve(csimdjson_parser *parser, size_t length);

/// Parses the first `length` bytes of the parser's buffer; no more than were reserved.
csimdjson_result csimdjson_parse(csimdjson_parser *parser, size_t length, csimdjson_document *document);

/// Where the tokens of the document begin in the buffer, commas and colons among them.
const uint32_t *csimdjson_token_offsets(const csimdjson_parser *parser, size_t *count);

/// Whether the bytes are UTF-8 text.
bool csimdjson_is_utf8(const uint8_t *bytes, size_t length);

#ifdef __cplusplus
}
#endif

#endif
