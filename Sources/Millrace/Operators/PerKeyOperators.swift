extension KeyedStream {
    /// Passes on the first record of each key, and leaves out the others for as long as the key is remembered.
    ///
    /// ```swift
    /// payments.keyed(by: \.id).deduplicated(timeToLive: TimeToLive(.hours(24), in: .event))
    /// ```
    ///
    /// Restart: as if there had been none.
    ///
    /// - Parameter timeToLive: how long a key is remembered after its first record; `nil`: for ever.
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
    /// Keeps the best `limit` records of each key, and passes them on whenever they change, the best first.
    ///
    /// - Parameters:
    ///   - limit: how many records are kept for each key.
    ///   - precedes: whether the first ranks before the second; of equal ones the one that came first stays before.
    @inlinable
    public func topK(
        _ limit: Int, by precedes: @escaping @Sendable (Record, Record) -> Bool
    ) -> Stream<Keyed<Key, [Record]>> {
        let top = TopK<Record>(limit, by: precedes)
        return process(to: Keyed<Key, [Record]>.self) { states in
            let best = states.value("best", of: [Record].self)
            return ProcessFunction(onRecord: { record, context in
                var records = try best.get() ?? []
                if records.count == limit, !precedes(record, records[limit - 1]) { return }
                top.add(record, to: &records)
                try best.set(records)
                try context.emit(Keyed(key: context.key, value: records))
            })
        }
    }
}

extension KeyedStream where Record: StateValue & Equatable {
    /// Passes on the records that differ from the one before them of the same key.
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
