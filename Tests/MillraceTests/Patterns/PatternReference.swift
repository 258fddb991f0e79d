/// A pattern as data, and its matches found without state or streams: each possible beginning is followed through all
/// records of its key at once.
struct PatternReference {
    struct Step {
        var letters: Set<String>
        var least = 1
        var most = 1
        var isStrict = false
        var limit: Int64?
        var forbidden: Set<String> = []
    }

    /// Where a partial match that began at `start` ended.
    enum End {
        /// A match, with its last record.
        case match(Int)
        /// It had timed out before the record at this place was offered, or (`after`) once it was.
        case timedOut(Int, after: Bool)
        /// It could go on no more, or the records came to an end.
        case nothing
    }

    var steps: [Step]
    var limit: Int64?

    /// Follows the partial match that begins at `start`; gives the places of its records by step.
    func follow(_ records: [Letter], from start: Int) -> (places: [[Int]], end: End) {
        var places = [[start]]
        func isWhole() -> Bool {
            places.count == steps.count && places[steps.count - 1].count >= steps[steps.count - 1].least
        }
        if isWhole() { return (places, .match(start)) }
        var last = start
        for place in (start + 1)..<max(records.count, start + 1) {
            let record = records[place]
            if let limit, record.time - records[start].time > limit { return (places, .timedOut(place, after: false)) }
            let index = places.count - 1
            let step = steps[index]
            let next = places[index].count >= step.least && index + 1 < steps.count ? steps[index + 1] : nil
            let isTooLate = next?.limit.map { record.time - records[last].time > $0 } ?? false
            let mayTakeThis = places[index].count < step.most && (!step.isStrict || last == place - 1)
            if isTooLate, !mayTakeThis { return (places, .timedOut(place, after: false)) }
            let between = records[(last + 1)..<place]
            if let next, next.letters.contains(record.letter), !isTooLate, !next.isStrict || between.isEmpty,
                !between.contains(where: { next.forbidden.contains($0.letter) })
            {
                places.append([place])
                last = place
            } else if mayTakeThis, step.letters.contains(record.letter) {
                places[index].append(place)
                last = place
            } else {
                let mayTake = places[index].count < step.most && !step.isStrict
                let isBlocked =
                    next.map { next in
                        next.isStrict
                            || records[(last + 1)...place].contains { next.forbidden.contains($0.letter) }
                    } ?? true
                if !mayTake, isBlocked { return (places, .nothing) }
                if !mayTake, isTooLate { return (places, .timedOut(place, after: true)) }
            }
            if isWhole() { return (places, .match(place)) }
        }
        let index = places.count - 1
        let step = steps[index]
        let mayTake = places[index].count < step.most && (!step.isStrict || last == records.count - 1)
        let hasLimit = limit != nil || (!mayTake && index + 1 < steps.count && steps[index + 1].limit != nil)
        return (places, hasLimit ? .timedOut(records.count, after: false) : .nothing)
    }

    /// Matches and timed-out partial matches of one key's records, which are in the order of their times.
    func find(_ records: [Letter], keepAll: Bool) -> (matches: [[[Int]]], timedOut: [[[Int]]]) {
        var found: [(start: Int, places: [[Int]], end: End)] = []
        for start in records.indices where steps[0].letters.contains(records[start].letter) {
            let (places, end) = follow(records, from: start)
            found.append((start, places, end))
        }
        var matches: [(end: Int, start: Int, places: [[Int]])] = []
        for case (let start, let places, .match(let end)) in found { matches.append((end, start, places)) }
        matches.sort { ($0.end, $0.start) < ($1.end, $1.start) }
        var ends: [Int] = []
        if !keepAll {
            var covered = -1
            matches = matches.filter { match in
                if match.start <= covered { return false }
                covered = match.end
                ends.append(covered)
                return true
            }
        }
        var timedOut: [[[Int]]] = []
        for case (let start, let places, .timedOut(let place, let after)) in found {
            // Unless it had been discarded by then.
            let last = after ? place : place - 1
            if !ends.contains(where: { $0 >= start && $0 <= last }) { timedOut.append(places) }
        }
        func numbers(_ places: [[Int]]) -> [[Int]] { places.map { $0.map { records[$0].number } } }
        return (matches.map { numbers($0.places) }, timedOut.map(numbers))
    }
}
