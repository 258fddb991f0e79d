extension PatternState: StateValue {
    @usableFromInline static var stateSchema: String { "PatternState/1<\(Record.stateSchema)>" }

    @inlinable
    func encode(into writer: inout ByteWriter) {
        wakeTime.encode(into: &writer)
        writer.writeLength(lastNumber)
        writer.writeLength(pending.count)
        for event in pending {
            writer.write(event.time)
            event.record.encode(into: &writer)
        }
        writer.writeLength(taken.count)
        for event in taken {
            writer.writeLength(event.number)
            writer.write(event.time)
            event.record.encode(into: &writer)
        }
        writer.writeLength(partials.count)
        for partial in partials {
            partial.isBlocked.encode(into: &writer)
            writer.writeLength(partial.counts.count)
            for count in partial.counts { writer.writeLength(count) }
            for number in partial.numbers { writer.writeLength(number) }
        }
    }

    @inlinable
    static func decode(from reader: inout ByteReader) throws -> PatternState {
        var state = PatternState()
        state.wakeTime = try Int64?.decode(from: &reader)
        state.lastNumber = try reader.readLength(unit: 0)
        for _ in 0..<(try reader.readLength(unit: 8)) {
            let time = try reader.read(Int64.self)
            guard time >= state.pending.last?.time ?? .min else {
                throw StateDecodingError(expected: "records in the order of time", found: "\(time) too late")
            }
            state.pending.append(Event(time: time, record: try Record.decode(from: &reader)))
        }
        for _ in 0..<(try reader.readLength(unit: 9)) {
            let number = try reader.readLength(unit: 0)
            let time = try reader.read(Int64.self)
            guard number > state.taken.last?.number ?? 0, number <= state.lastNumber,
                time >= state.taken.last?.time ?? .min
            else {
                throw StateDecodingError(
                    expected: "taken records in order, up to number \(state.lastNumber)", found: "\(number)")
            }
            state.taken.append(Event(number: number, time: time, record: try Record.decode(from: &reader)))
        }
        for _ in 0..<(try reader.readLength(unit: 4)) { state.partials.append(try state.decodePartial(&reader)) }
        return state
    }

    @usableFromInline
    func decodePartial(_ reader: inout ByteReader) throws -> PartialMatch {
        let isBlocked = try Bool.decode(from: &reader)
        var counts: [Int] = []
        var total = 0
        for _ in 0..<(try reader.readLength(unit: 1)) {
            let count = try reader.readLength(unit: 1)
            total += count
            guard count > 0, total <= reader.remaining else {
                throw StateDecodingError(expected: "a step's number of records", found: "\(count)")
            }
            counts.append(count)
        }
        var numbers: [Int] = []
        for _ in 0..<total {
            let number = try reader.readLength(unit: 0)
            guard number > numbers.last ?? 0, event(number) != nil else {
                throw StateDecodingError(expected: "the number of a record taken", found: "\(number)")
            }
            numbers.append(number)
        }
        guard let first = numbers.first.flatMap(event), let last = numbers.last.flatMap(event) else {
            throw StateDecodingError(expected: "a partial match with records", found: "one with none")
        }
        return PartialMatch(
            counts: counts, numbers: numbers, firstTime: first.time, lastTime: last.time, isBlocked: isBlocked)
    }
}
