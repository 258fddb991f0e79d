#ifndef CMILLRACE_H
#define CMILLRACE_H

#include "millrace_csv.h"

#ifdef __linux__
#include <malloc.h>
#endif

/// Asks the processor to fetch the cache line at `address`, which is about to be read and written.
/// Swift has no spelling for it; a keyed stage that prefetches its slots runs up to three times as fast.
static inline void millrace_prefetch(const void *address) {
    __builtin_prefetch(address, 1, 3);
}

/// Has the allocator give memory that it keeps for later back to the system, where it knows how to.
static inline void millrace_trim_heap(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

#endif
