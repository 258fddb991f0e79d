extension KeyedStream where Record: StateValue {
    /// Combines the records of each key into one of their kind; the first record of a key is its first value.
    ///
    /// ```swift
    /// readings.keyed(by: \.sensor).reduce { $0.value > $1.value ? $0 : $1 }      // the greatest so far
    /// ```
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
