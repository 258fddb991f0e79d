extension KeyedStream {
    /// Aggregates all records of each key.
    ///
    /// ```swift
    /// flights.keyed(by: \.origin).aggregate(MeanDelay(), emitting: .atCheckpoints)
    /// ```
    ///
    /// Restart: each record is in the aggregate exactly once.
    ///
    /// - Parameters:
    ///   - aggregate: the aggregate to compute for each key.
    ///   - emitting: when results are emitted. Default: after every record.
    ///   - onError: what happens to a record for which the aggregate's `add` throws. Default: the operator fails.
    /// - Returns: a stream of keys and the current results of their aggregates.
    @inlinable
    public func aggregate<A: Aggregate>(
        _ aggregate: A, emitting: Emission = .everyRecord, onError: ErrorPolicy<Record> = .fail
    ) -> Stream<Keyed<Key, A.Output>> where A.Input == Record {
        let totals = fold(into: aggregate.create(), emitting: emitting, onError: onError) { accumulator, record in
            try aggregate.add(record, to: &accumulator)
        }
        totals.node.producer.addMeaning(aggregate.parameters)
        totals.node.producer.refuse(aggregate.problems)
        return totals.map { Keyed(key: $0.key, value: try aggregate.result($0.value)) }.completing(totals)
    }
}
