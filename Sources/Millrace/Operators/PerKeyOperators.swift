extension KeyedStream {
    /// Emits the first record of each key, and drops further records of the key for as long as the key is remembered.
    ///
    /// ```swift
    /// payments.keyed(by: \.id).deduplicated(timeToLive: TimeToLive(.hours(24), in: .event))
    /// ```
    ///
    /// Restart: the keys remembered are those of the checkpoint; each key is emitted exactly once.
    ///
    /// - Parameter timeToLive: how long a key is remembered after its first record. Default: `nil`, permanently.
    /// - Returns: a stream of the first records.
    @inlinable
    public func deduplicated(timeToLive: TimeToLive? = nil) -> Stream<Record> {
        process(to: Record.self) { states in
            let seen = states.value("seen", of: Bool.self, timeToLive: timeToLive)
            return ProcessFunction(onRecord: { record, context in
                guard try seen.get() == nil else { return }
                try seen.set(true)
                try context.emit(record)
            })
        }
    }
}

extension KeyedStream where Record: StateValue {
    /// Keeps the `limit` highest-ranked records of each key, and emits the list, best first, whenever it changes.
    ///
    /// ```swift
    /// orders.keyed(by: \.country).topK(3) { $0.total > $1.total }                 // Stream<Keyed<String, [Order]>>
    ///     .map { "\($0.key): \($0.value.map(\.id))" }
    /// ```
    ///
    /// Restart: each record counts exactly once.
    ///
    /// - Parameters:
    ///   - limit: the number of records to keep for each key; at least one.
    ///   - precedes: returns whether the first record ranks before the second. Of records with equal rank, the one that
    ///     arrived first ranks first.
    /// - Returns: a stream of keys and their lists of records.
    @inlinable
    public func topK(
        _ limit: Int, by precedes: @escaping @Sendable (Record, Record) -> Bool
    ) -> Stream<Keyed<Key, [Record]>> {
        let top = TopK<Record>(limit, by: precedes)
        let result = process(to: Keyed<Key, [Record]>.self) { states in
            let best = states.value("best", of: [Record].self)
            return ProcessFunction(onRecord: { record, context in
                var records = try best.get() ?? []
                if records.count == limit, !precedes(record, records[limit - 1]) { return }
                top.add(record, to: &records)
                try best.set(records)
                try context.emit(Keyed(key: context.key, value: records))
            })
        }
        result.node.producer.refuse(top.problems)
        return result
    }
}

extension KeyedStream where Record: StateValue & Equatable {
    /// Emits the records that differ from the previous record of the same key.
    ///
    /// ```swift
    /// readings.map { Keyed(key: $0.sensor, value: $0.value.rounded()) }
    ///     .keyed(by: \.key)
    ///     .removeDuplicates()                                                     // when the whole degree changes
    /// ```
    ///
    /// Restart: the previous records are restored from the checkpoint.
    ///
    /// - Parameter timeToLive: how long the previous record of a key is remembered; a record that arrives later is
    ///   emitted. Default: `nil`, permanently.
    /// - Returns: a stream of the records that differ.
    @inlinable
    public func removeDuplicates(timeToLive: TimeToLive? = nil) -> Stream<Record> {
        process(to: Record.self) { states in
            let last = states.value("last", of: Record.self, timeToLive: timeToLive)
            return ProcessFunction(onRecord: { record, context in
                guard try last.get() != record else { return }
                try last.set(record)
                try context.emit(record)
            })
        }
    }
}
