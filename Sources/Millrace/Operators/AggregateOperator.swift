extension KeyedStream {
    /// Keeps an aggregate per key over all its records.
    ///
    /// ```swift
    /// flights.keyed(by: \.origin).aggregate(MeanDelay(), emitting: .atCheckpoints)
    /// ```
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
