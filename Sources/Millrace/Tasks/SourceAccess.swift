/// The functions of a source that the runtime calls in addition to reading. The closures hide the types.
@usableFromInline
struct SourceAccess: Sendable {
    let isShared: Bool
    let keepsPositions: Bool
    let isOpenEnded: Bool
    let connect: @Sendable (SourceRun) async throws -> Void
    let partitions: @Sendable () async throws -> [PartitionID]
    let checkNew: @Sendable ([PartitionID], _ known: [StoredPosition]) async throws -> Void
    let assign: @Sendable ([StoredPosition]) async throws -> Void
    let committed: @Sendable ([StoredPosition], _ isLast: Bool) throws -> Void
    let disconnect: @Sendable () -> Void
    let unread: @Sendable ([StoredPosition]) async throws -> [PartitionID]

    /// A partition and its encoded position.
    @usableFromInline
    struct StoredPosition: Sendable {
        let partition: PartitionID
        let position: [UInt8]?

        func start<Position: StateValue>(_ type: Position.Type) throws -> PartitionStart<Position> {
            PartitionStart(partition, try position.map { try Position(stored: $0) })
        }
    }

    @usableFromInline
    init<S: Source>(_ source: S) {
        isShared = source.isShared
        keepsPositions = source.keepsPositions
        isOpenEnded = source.isOpenEnded
        connect = { try await source.connect($0) }
        partitions = { try await source.partitions() }
        checkNew = { new, known in
            try await source.checkNew(new, known: try known.map { try $0.start(S.Reader.Position.self) })
        }
        assign = { starts in try await source.assign(starts.map { try $0.start(S.Reader.Position.self) }) }
        committed = { positions, isLast in
            try source.committed(try positions.map { try $0.start(S.Reader.Position.self) }, isLast: isLast)
        }
        disconnect = { source.disconnect() }
        unread = { starts in try await source.unread(starts.map { try $0.start(S.Reader.Position.self) }) }
    }
}

extension StateValue {
    /// Decodes a value.
    @usableFromInline
    init(stored: [UInt8]) throws {
        self = try stored.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            return try Self.decode(from: &reader)
        }
    }
}
