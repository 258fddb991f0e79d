#if Compression
    import CMillraceZlib

    /// Decompresses gzip members, one after the other, with zlib. Zero bytes after a member are padding, as for gzip(1).
    final class GzipDecompressor: Decompressor {
        /// At an address of its own: zlib compares it.
        private let stream: UnsafeMutablePointer<z_stream>
        /// Whether no member has begun since the last one ended.
        private var isBetweenMembers = true
        /// Whether a member has ended, so that zero bytes may follow.
        private var mayBePadded = false

        init() {
            stream = .allocate(capacity: 1)
            stream.initialize(to: z_stream())
            // 16: a gzip header is expected, and its checksum is verified.
            let result = inflateInit2_(stream, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
            // Depends on memory and on the installed library alone, not on a file or a setting; as for Swift's own memory,
            // there is nothing to go on with.
            precondition(result == Z_OK, "zlib cannot be initialized: out of memory, or not the version of its header")
        }

        deinit {
            inflateEnd(stream)
            stream.deallocate()
        }

        func reset() {
            inflateReset(stream)
            (isBetweenMembers, mayBePadded) = (true, false)
        }

        func decompress(
            _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
        ) throws(DecompressionFailure) -> DecompressionStep {
            var skipped = 0
            if isBetweenMembers, mayBePadded {
                skipped = input.prefix { $0 == 0 }.count
                if skipped == input.count {
                    return DecompressionStep(consumed: skipped, produced: 0, isComplete: true)
                }
            }
            if isBetweenMembers { inflateReset(stream) }
            // zlib reads the input only.
            stream.pointee.next_in = UnsafeMutablePointer(
                mutating: input.baseAddress.map { ($0 + skipped).assumingMemoryBound(to: UInt8.self) })
            stream.pointee.avail_in = UInt32(clamping: input.count - skipped)
            stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(clamping: output.count)
            let (available, room) = (stream.pointee.avail_in, stream.pointee.avail_out)
            let result = inflate(stream, Z_NO_FLUSH)
            let produced = Int(room - stream.pointee.avail_out)
            switch result {
            case Z_STREAM_END:
                (isBetweenMembers, mayBePadded) = (true, true)
            case Z_OK, Z_BUF_ERROR:
                isBetweenMembers = isBetweenMembers && stream.pointee.avail_in == available
            default:
                // What came before the damage is passed on; zlib reports the error again.
                isBetweenMembers = false
                if produced == 0 {
                    throw DecompressionFailure(
                        reason: stream.pointee.msg.map { String(cString: $0) } ?? "zlib error \(result)")
                }
            }
            return DecompressionStep(
                consumed: skipped + Int(available - stream.pointee.avail_in), produced: produced,
                isComplete: isBetweenMembers)
        }
    }
#endif
