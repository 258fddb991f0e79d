extension Stream {
    /// Writes the stream to a sink.
    ///
    /// ```swift
    /// delays.sink(.jsonLines(directory: "out/delays"))
    /// ```
    ///
    /// - Parameters:
    ///   - sink: the sink to write to.
    ///   - name: the operator name of the sink in the status, messages and checkpoints. Default: derived from its kind
    ///     and number.
    @inlinable
    public func sink<S: Sink>(_ sink: S, name: String? = nil) where S.Input == Record {
        write(to: sink, name: name)
    }

    // Overloads on the concrete type: a closure within a generic argument is not inferred to be `@Sendable` (Swift
    // 6.3).

    /// Prints the stream; see `PrintSink`.
    ///
    /// - Parameters:
    ///   - sink: the sink to write to.
    ///   - name: the operator name of the sink. Default: derived from its kind and number.
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

    /// Calls a closure for each record, in the task that has the record.
    ///
    /// ```swift
    /// alerts.forEach { print($0) }
    /// ```
    ///
    /// Restart: the closure may be called again for records after the last checkpoint. If it throws, the operator
    /// fails.
    ///
    /// - Parameters:
    ///   - name: the operator name of the sink. Default: derived from its kind and number.
    ///   - body: the closure to call.
    @inlinable
    public func forEach(name: String? = nil, _ body: @escaping @Sendable (Record) throws -> Void) {
        sink(ClosureSink(body), name: name)
    }
}

/// The writer of a sink in one task.
@usableFromInline
final class SinkInstance<S: Sink>: OperatorInstance {
    @usableFromInline let node: OperatorNode
    @usableFromInline let context: TaskContext
    @usableFromInline let sink: S
    // Used by one task, one record at a time, so accesses cannot overlap; a check would cost 10 ns.
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
    /// Adds output that a sink's writer prepared.
    @usableFromInline
    mutating func add(
        _ output: PendingOutput, of node: OperatorNode, makeDurable: @escaping @Sendable () throws -> Void,
        publish: @escaping @Sendable () throws -> Void
    ) {
        outputs.append(
            PreparedOutput(operatorID: node.id, output: output, makeDurable: makeDurable, publish: publish))
    }
}

/// A sink that calls a closure for each record; created by ``Stream/forEach(name:_:)``.
///
/// ```swift
/// alerts.forEach(name: "console") { alert in
///     print("\(alert.customer) has \(alert.open) open orders")
/// }
/// ```
public struct ClosureSink<Input: Sendable>: Sink {
    @usableFromInline let body: @Sendable (Input) throws -> Void

    @inlinable
    init(_ body: @escaping @Sendable (Input) throws -> Void) { self.body = body }

    public var summary: String { "a closure" }

    @inlinable
    public func open(_ context: SinkContext) -> Writer { Writer(body) }

    /// Calls the closure for the records of one task.
    public struct Writer: SinkWriter {
        @usableFromInline let body: @Sendable (Input) throws -> Void

        @inlinable
        init(_ body: @escaping @Sendable (Input) throws -> Void) { self.body = body }

        @inlinable
        public mutating func write(_ record: Input, at time: Timestamp) throws { try body(record) }
    }
}
