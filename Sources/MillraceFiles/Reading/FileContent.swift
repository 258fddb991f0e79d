import Millrace

/// The bytes of a file as its records are in it: decompressed, if the file is compressed.
final class FileContent {
    let file: OpenFile
    /// Whether the file is still being written to.
    private let mayGrow: Bool
    private var form = Form.unknown

    private enum Form {
        /// There are not enough bytes yet to recognize a compression format.
        case unknown
        case plain
        case compressed(DecompressedFile)
    }

    init(_ file: OpenFile, mayGrow: Bool) {
        self.file = file
        self.mayGrow = mayGrow
    }

    /// Reads from byte `offset` of the content; returns the number of bytes, 0 at its present end.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SourceError) -> Int {
        try recognize()
        return switch form {
        case .unknown: 0
        case .plain: try reading { () throws(FileFailure) in try file.read(into: buffer, at: offset) }
        case .compressed(let content): try content.read(into: buffer, at: offset)
        }
    }

    /// Prepares a read at `offset`, at most `budget` bytes of it at a time; returns whether it is prepared.
    func approach(_ offset: Int, budget: Int) throws(SourceError) -> Bool {
        try recognize()
        guard case .compressed(let content) = form else { return true }
        return try content.approach(offset, budget: budget)
    }

    /// The number of compressed bytes that were read; `nil` if the file is not compressed.
    var compressedEnd: Int? {
        guard case .compressed(let content) = form else { return nil }
        return content.inputEnd
    }

    /// Throws if the file is compressed and ends in the middle of a member or frame.
    func checkComplete() throws(SourceError) {
        if case .compressed(let content) = form { try content.checkComplete() }
    }

    /// Recognizes the compression by the first bytes, once there are enough.
    func recognize() throws(SourceError) {
        guard case .unknown = form else { return }
        switch try Self.compression(of: file) {
        case .plain: form = .plain
        case .undecided: form = mayGrow ? .unknown : .plain
        case .compressed(let format):
            guard let decompressor = format.makeDecompressor() else {
                throw SourceError(
                    "\(file.path) is a \(format.rawValue) file, and Millrace was built without its trait Compression",
                    advice: "Enable the trait (it is a default one), or decompress the file")
            }
            form = .compressed(
                DecompressedFile(file, format: format, decompressor: decompressor, mayGrow: mayGrow))
        }
    }

    static func compression(of file: OpenFile) throws(SourceError) -> CompressionFormat.Recognition {
        var bytes: (UInt8, UInt8, UInt8, UInt8) = (0, 0, 0, 0)
        let beginning = try reading { () throws(FileFailure) in
            try withUnsafeMutableBytes(of: &bytes) { bytes throws(FileFailure) in
                let count = try file.read(into: bytes, at: 0)
                return [UInt8](bytes[..<count])
            }
        }
        return CompressionFormat.recognize(beginning)
    }
}
