// Errors are codes throughout: nothing thrown crosses into Swift.
#define SIMDJSON_EXCEPTIONS 0

#include "CMillraceSimdjson.h"

#include <simdjson.h>

#include <cstdlib>
#include <cstring>
#include <new>

using simdjson::error_code;

struct csimdjson_parser {
    simdjson::dom::parser parser;
    uint8_t *buffer = nullptr;
    size_t capacity = 0;

    ~csimdjson_parser() { std::free(buffer); }
};

/// What a small record needs, so that most never grow anything.
static const size_t first_capacity = 4096;

csimdjson_parser *csimdjson_create(size_t max_depth) {
    auto made = new (std::nothrow) csimdjson_parser();
    if (made == nullptr) return nullptr;
    if (made->parser.allocate(first_capacity, max_depth) != error_code::SUCCESS) {
        delete made;
        return nullptr;
    }
    return made;
}

void csimdjson_destroy(csimdjson_parser *parser) { delete parser; }

uint8_t *csimdjson_reserve(csimdjson_parser *parser, size_t length) {
    if (parser->buffer != nullptr && length <= parser->capacity) return parser->buffer;
    size_t capacity = parser->capacity < first_capacity ? first_capacity : parser->capacity;
    while (capacity < length) {
        if (capacity > SIZE_MAX / 4) return nullptr;
        capacity *= 2;
    }
    auto buffer = static_cast<uint8_t *>(std::malloc(capacity + simdjson::SIMDJSON_PADDING));
    if (buffer == nullptr) return nullptr;
    std::free(parser->buffer);
    parser->buffer = buffer;
    parser->capacity = capacity;
    return buffer;
}

static csimdjson_result meaning(error_code code) {
    switch (code) {
    case error_code::SUCCESS: return csimdjson_success;
    case error_code::MEMALLOC: return csimdjson_out_of_memory;
    case error_code::CAPACITY: return csimdjson_too_long;
    case error_code::DEPTH_ERROR: return csimdjson_too_deep;
    case error_code::NUMBER_ERROR:
    case error_code::NUMBER_OUT_OF_RANGE: return csimdjson_number;
    default: return csimdjson_malformed;
    }
}

csimdjson_result csimdjson_parse(csimdjson_parser *parser, size_t length, csimdjson_document *document) {
    if (parser->buffer == nullptr || length > parser->capacity) return csimdjson_too_long;
    std::memset(parser->buffer + length, ' ', simdjson::SIMDJSON_PADDING);
    simdjson::dom::element root;
    error_code code = parser->parser.parse(parser->buffer, length, false).get(root);
    if (code != error_code::SUCCESS) return meaning(code);
    document->tape = parser->parser.doc.tape.get();
    document->strings = parser->parser.doc.string_buf.get();
    return csimdjson_success;
}

const uint32_t *csimdjson_token_offsets(const csimdjson_parser *parser, size_t *count) {
    const auto &implementation = parser->parser.implementation;
    *count = implementation ? implementation->n_structural_indexes : 0;
    return implementation ? implementation->structural_indexes.get() : nullptr;
}

bool csimdjson_is_utf8(const uint8_t *bytes, size_t length) {
    return simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), length);
}
