extension KeyedStream where Record: StateValue {
    /// Combines the records of each key into one record of the same type.
    ///
    /// ```swift
    /// readings.keyed(by: \.sensor).reduce { $0.value > $1.value ? $0 : $1 }      // the greatest so far
    /// ```
    ///
    /// The first record of a key is its first value.
    ///
    /// Restart: each record is in the values exactly once.
    ///
    /// - Parameters:
    ///   - emitting: when values are emitted. Default: after every record.
    ///   - onError: what happens to a record for which `combine` throws. Default: the operator fails.
    ///   - combine: returns the combination of the current value and the next record.
    /// - Returns: a stream of keys and their current values.
    @inlinable
    public func reduce(
        emitting: Emission = .everyRecord, onError: ErrorPolicy<Record> = .fail,
        _ combine: @escaping @Sendable (Record, Record) throws -> Record
    ) -> Stream<Keyed<Key, Record>> {
        let totals = fold(into: Record?.none, emitting: emitting, onError: onError) { value, record in
            value = try value.map { try combine($0, record) } ?? record
        }
        return totals.compactMap { keyed in keyed.value.map { Keyed(key: keyed.key, value: $0) } }.completing(totals)
    }
}
