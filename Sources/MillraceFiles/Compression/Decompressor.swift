/// Decompresses a stream of bytes piece by piece.
protocol Decompressor: AnyObject {
    /// Decompresses as much of `input` as fits into `output`.
    func decompress(
        _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) throws(DecompressionFailure) -> DecompressionStep

    /// Begins anew, for the first byte of a file.
    func reset()
}

/// What one call of a `Decompressor` did.
struct DecompressionStep {
    /// The number of bytes of input that were used.
    var consumed: Int
    /// The number of bytes of output.
    var produced: Int
    /// Whether the input so far ends with a complete member or frame, so that the file may end here.
    var isComplete: Bool
}

/// Why compressed bytes cannot be decompressed, in the library's words: `incorrect data check`.
struct DecompressionFailure: Error {
    var reason: String
}

extension CompressionFormat {
    /// Creates the format's decompressor; `nil` if the package was built without the trait `Compression`.
    func makeDecompressor() -> (any Decompressor)? {
        #if Compression
            switch self {
            case .gzip: GzipDecompressor()
            case .zstandard: ZstandardDecompressor()
            }
        #else
            nil
        #endif
    }
}
