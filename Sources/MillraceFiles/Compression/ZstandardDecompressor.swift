#if Compression
    import CMillraceZstd

    /// Decompresses Zstandard frames, one after the other, with libzstd. A frame may have a window of up to 128 MiB.
    final class ZstandardDecompressor: Decompressor {
        private let context: OpaquePointer

        init() {
            // Depends on memory alone, not on a file or a setting; as for Swift's own, there is nothing to go on with.
            guard let context = ZSTD_createDCtx() else { preconditionFailure("libzstd: out of memory") }
            self.context = context
        }

        deinit { ZSTD_freeDCtx(context) }

        func reset() { ZSTD_DCtx_reset(context, ZSTD_reset_session_only) }

        func decompress(
            _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
        ) throws(DecompressionFailure) -> DecompressionStep {
            var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
            var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
            // 0 at the end of a frame; else a hint of what comes.
            let result = ZSTD_decompressStream(context, &target, &source)
            if ZSTD_isError(result) != 0 {
                throw DecompressionFailure(reason: String(cString: ZSTD_getErrorName(result)))
            }
            return DecompressionStep(consumed: source.pos, produced: target.pos, isComplete: result == 0)
        }
    }
#endif
