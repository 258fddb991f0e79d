extension Stream {
    /// Ends a stream in a sink.
    ///
    /// ```swift
    /// delays.sink(.jsonLines(directory: "out/delays"))
    /// ```
    ///
    /// - Parameters:
    ///   - sink: where records go.
    ///   - name: the sink's name in status, messages and checkpoints; derived if not given.
    @inlinable
    public func sink<S: Sink>(_ sink: S, name: String? = nil) where S.Input == Record {
        write(to: sink, name: name)
    }

    // Of this type by name: a closure within a generic argument would not be taken for `@Sendable` (Swift 6.3).

    /// Prints the stream; see `PrintSink`.
    public func sink(_ sink: PrintSink<Record>, name: String? = nil) { write(to: sink, name: name) }

    @inlinable
    package func write<S: Sink>(to sink: S, name: String?) where S.Input == Record {
        let producer = graph.add(kind: "sink", detail: sink.summary, inputs: [input])
        if let name { producer.setName(name) }
        if let target = sink.exclusiveTarget { graph.claim(target, for: producer) }
        producer.setSink(needsStateFolder: sink.needsStateFolder, sharedOutput: sink.sharedOutput) {
            try sink.recover($0, start: $1, in: $2)
        } close: {
            sink.close()
        }
        node.consumers.append(
            StreamConsumer { context in
                let writer = SinkInstance(sink, of: producer, in: context)
                context.register(writer, of: producer)
                return Push { records, times, count in try writer.write(records, times, count) }
            })
    }

    /// Ends a stream in a closure, called for each record in the task that has it. After a crash it may be called
    /// again for records since the last checkpoint.
    ///
    /// ```swift
    /// alerts.forEach { print($0) }
    /// ```
    @inlinable
    public func forEach(name: String? = nil, _ body: @escaping @Sendable (Record) throws -> Void) {
        sink(ClosureSink(body), name: name)
    }
}

/// A sink's writer in one task.
@usableFromInline
final class SinkInstance<S: Sink>: OperatorInstance {
    @usableFromInline let node: OperatorNode
    @usableFromInline let context: TaskContext
    @usableFromInline let sink: S
    // Used by one task, one record at a time: nothing that could overlap, and a check would cost 10 ns.
    @exclusivity(unchecked) @usableFromInline var writer: S.Writer?

    @inlinable
    init(_ sink: S, of node: OperatorNode, in context: TaskContext) {
        self.sink = sink
        self.node = node
        self.context = context
    }

    @inlinable
    @inline(__always)
    func write(_ records: UnsafePointer<S.Input>, _ times: UnsafePointer<Timestamp>, _ count: Int) throws {
        do {
            if writer == nil { try open() }
            for index in 0..<count { try writer?.write(records[index], at: times[index]) }
        } catch {
            throw OperatorFailure(operatorID: node.id, cause: error)
        }
        context.counters.written &+= UInt64(truncatingIfNeeded: count)
    }

    @inlinable
    @inline(never)
    func open() throws {
        writer = try sink.open(context.sinkContext(of: node))
    }

    @inlinable
    func prepare(_ snapshot: inout TaskSnapshot) throws {
        do {
            if snapshot.isLast { writer?.finish() }
            guard let description = try writer?.prepare(snapshot.checkpoint) else { return }
            let sink = sink
            let output = PendingOutput(
                checkpoint: snapshot.checkpoint, task: context.task.number, description: description)
            snapshot.add(
                output, of: node, makeDurable: { try sink.makeDurable(output) },
                publish: { try sink.publish(output) })
        } catch {
            throw OperatorFailure(operatorID: node.id, cause: error)
        }
    }

    @inlinable
    static var mayCongest: Bool { true }

    @inlinable
    var isCongested: Bool { writer?.isCongested ?? false }

    @inlinable
    func close() {
        writer?.close()
        writer = nil
    }
}

extension TaskSnapshot {
    /// Adds what a sink's writer prepared.
    @usableFromInline
    mutating func add(
        _ output: PendingOutput, of node: OperatorNode, makeDurable: @escaping @Sendable () throws -> Void,
        publish: @escaping @Sendable () throws -> Void
    ) {
        outputs.append(
            PreparedOutput(operatorID: node.id, output: output, makeDurable: makeDurable, publish: publish))
    }
}

/// Calls a closure for each record.
public struct ClosureSink<Input: Sendable>: Sink {
    @usableFromInline let body: @Sendable (Input) throws -> Void

    @inlinable
    init(_ body: @escaping @Sendable (Input) throws -> Void) { self.body = body }

    public var summary: String { "a closure" }

    @inlinable
    public func open(_ context: SinkContext) -> Writer { Writer(body) }

    /// Calls the closure.
    public struct Writer: SinkWriter {
        @usableFromInline let body: @Sendable (Input) throws -> Void

        @inlinable
        init(_ body: @escaping @Sendable (Input) throws -> Void) { self.body = body }

        @inlinable
        public mutating func write(_ record: Input, at time: Timestamp) throws { try body(record) }
    }
}
