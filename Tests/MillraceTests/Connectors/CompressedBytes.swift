#if Compression
    import CMillraceZlib
    import CMillraceZstd
    @testable import MillraceFiles

    /// Compresses as gzip(1) and zstd(1) do.
    enum CompressedBytes {
        /// One member or frame.
        static func of(_ bytes: some Collection<UInt8>, _ format: CompressionFormat) -> [UInt8] {
            switch format {
            case .gzip: gzip([UInt8](bytes))
            case .zstandard: zstandard([UInt8](bytes))
            }
        }

        /// Several members or frames.
        static func of(_ bytes: [UInt8], _ format: CompressionFormat, each size: Int) -> [UInt8] {
            stride(from: 0, to: max(1, bytes.count), by: size).flatMap {
                of(bytes[$0..<min(bytes.count, $0 + size)], format)
            }
        }

        private static func gzip(_ bytes: [UInt8]) -> [UInt8] {
            var (stream, input) = (z_stream(), bytes)
            deflateInit2_(
                &stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
                Int32(MemoryLayout<z_stream>.size))
            defer { deflateEnd(&stream) }
            var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
            let count = input.withUnsafeMutableBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    stream.next_in = input.baseAddress
                    stream.avail_in = UInt32(input.count)
                    stream.next_out = output.baseAddress
                    stream.avail_out = UInt32(output.count)
                    deflate(&stream, Z_FINISH)
                    return output.count - Int(stream.avail_out)
                }
            }
            return Array(output[..<count])
        }

        private static func zstandard(_ bytes: [UInt8]) -> [UInt8] {
            guard let context = ZSTD_createCCtx() else { return [] }
            defer { ZSTD_freeCCtx(context) }
            ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
            var output = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
            let count = ZSTD_compress2(context, &output, output.count, bytes, bytes.count)
            return Array(output[..<count])
        }
    }
#endif
