import Millrace

/// The decompressed bytes of a file, read from front to back. A read before the bytes in memory begins anew at the
/// beginning of the file.
final class DecompressedFile {
    private let file: OpenFile
    private let format: CompressionFormat
    private let decompressor: any Decompressor
    /// Whether the end of the file may be in the middle of a member or frame, because it is still being written to.
    private let mayGrow: Bool

    /// Compressed bytes of the file that have not been used.
    private let input: UnsafeMutableRawBufferPointer
    private var inputStart = 0
    private var inputCount = 0
    /// The number of bytes of the file that were read.
    private(set) var inputEnd = 0

    /// Decompressed bytes: the last `kept` ones before, and those of the last step.
    private let output: UnsafeMutableRawBufferPointer
    private var outputCount = 0
    /// The offset of the first byte of `output`.
    private var outputOffset = 0
    private var isComplete = true
    /// Whether the last step filled `output`, so that the decompressor may have more.
    private var hasMore = false
    private var failure: DecompressionFailure?

    private static let inputSize = 128 << 10
    private static let outputSize = 256 << 10
    /// The number of bytes before the last step that can be read again, to look at what is around a position.
    private static let kept = 8

    init(_ file: OpenFile, format: CompressionFormat, decompressor: any Decompressor, mayGrow: Bool) {
        self.file = file
        self.format = format
        self.decompressor = decompressor
        self.mayGrow = mayGrow
        input = .allocate(byteCount: Self.inputSize, alignment: 16)
        output = .allocate(byteCount: Self.kept + Self.outputSize, alignment: 16)
    }

    deinit {
        input.deallocate()
        output.deallocate()
    }

    /// Reads at least one byte from the decompressed byte `offset` on; returns 0 at the end of the file.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(SourceError) -> Int {
        if offset < outputOffset { restart() }
        while offset >= outputOffset + outputCount {
            guard try step() else { return 0 }
        }
        let found = output[(offset - outputOffset)..<outputCount].prefix(buffer.count)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: found))
        return found.count
    }

    /// Decompresses towards the byte `offset`, about `budget` bytes of it; returns whether it is reached, or the end of the
    /// file.
    func approach(_ offset: Int, budget: Int) throws(SourceError) -> Bool {
        if offset < outputOffset { restart() }
        let stop = min(offset, outputOffset + outputCount + budget)
        while outputOffset + outputCount < stop {
            guard try step() else { return true }
        }
        return stop == offset
    }

    /// Throws if the bytes that were read end in the middle of a member or frame.
    func checkComplete() throws(SourceError) {
        if !isComplete { throw damage("it ends in the middle", advice: "Get the whole file") }
    }

    private func restart() {
        decompressor.reset()
        (inputStart, inputCount, inputEnd, outputCount, outputOffset) = (0, 0, 0, 0, 0)
        (isComplete, hasMore, failure) = (true, false, nil)
    }

    /// Decompresses the next piece into `output`; returns `false` at the end of the file.
    private func step() throws(SourceError) -> Bool {
        keepLast()
        while true {
            if let failure { throw damage(failure.reason) }
            if inputCount == 0 {
                inputStart = 0
                inputCount = try reading { () throws(FileFailure) in try file.read(into: input, at: inputEnd) }
                inputEnd += inputCount
            }
            if inputCount == 0, !hasMore {
                if !mayGrow { try checkComplete() }
                return false
            }
            let step: DecompressionStep
            do {
                step = try decompressor.decompress(
                    UnsafeRawBufferPointer(rebasing: input[inputStart..<(inputStart + inputCount)]),
                    into: UnsafeMutableRawBufferPointer(rebasing: output[outputCount...]))
            } catch {
                failure = error
                continue
            }
            inputStart += step.consumed
            inputCount -= step.consumed
            outputCount += step.produced
            hasMore = outputCount == output.count
            // Without any step the state is as it was: the libraries say nothing of it.
            if step.consumed + step.produced > 0 { isComplete = step.isComplete }
            if step.produced > 0 { return true }
            if step.consumed == 0, inputCount > 0 { throw damage("it does not go on") }
        }
    }

    private func keepLast() {
        let kept = min(Self.kept, outputCount)
        output.copyMemory(from: UnsafeRawBufferPointer(rebasing: output[(outputCount - kept)..<outputCount]))
        outputOffset += outputCount - kept
        outputCount = kept
    }

    private func damage(_ reason: String, advice: String = "Get the file anew") -> SourceError {
        SourceError(
            "\(file.path) is not a proper \(format.rawValue) file: \(reason) (after \(inputEnd - inputCount) bytes of it, \(outputOffset + outputCount) decompressed)",
            advice: "\(advice); the records before were read")
    }
}
