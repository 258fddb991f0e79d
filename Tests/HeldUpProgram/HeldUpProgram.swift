import ArgumentParser
import Foundation
import Millrace
import MillraceProgram

/// A pipeline that does not come back when it is stopped, to be sent signals.
@main
struct HeldUpProgram: PipelineProgram {
    /// What holds it up.
    enum Kind: String, ExpressibleByArgument {
        /// A handler of batches that does not look whether it is cancelled.
        case handler
        /// Operators that block all threads.
        case threads
    }

    @Option var kind: Kind

    func pipeline() -> Pipeline {
        Pipeline("held-up") { [kind] graph in
            let numbers = graph.source(.generator(partitions: 16, count: 1_000_000) { _, number in number })
            switch kind {
            case .handler:
                numbers.batches(of: 10) { batch in
                    say("in the handler")
                    await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in }
                    return .succeeded
                }.forEach { _ in }
            case .threads:
                numbers.forEach { _ in
                    say("in forEach")
                    while true { sleep(1000) }
                }
            }
        }
    }
}

/// To the parent, at once.
private func say(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }
