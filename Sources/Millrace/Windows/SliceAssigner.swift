/// Determines the windows of fixed times, and the slices they consist of. Pure.
///
/// The starts and ends of all windows cut time into slices, and records are kept per slice. A record is added to one
/// slice, however many windows overlap there; a window merges its slices when it fires.
///
///     tumbling     one slice per window
///     sliding      slices as long as the greatest common divisor of length and slide
///     days         one slice per day of a time zone: 23 or 25 hours long where clocks are changed
///     global       one slice for all time
///     cumulative   slices as long as the step; the windows of a round all start with the first slice
@frozen
@usableFromInline
struct SliceAssigner: Sendable {
    @usableFromInline
    enum Shape: Sendable {
        case tumbling, sliding, cumulative, global, days
    }

    @usableFromInline let shape: Shape
    /// All durations and times here are in milliseconds.
    @usableFromInline let slice: Int64
    /// The length of a window; for cumulative windows, of the longest.
    @usableFromInline let length: Int64
    /// The distance between the ends of two successive windows.
    @usableFromInline let slide: Int64
    @usableFromInline let offset: Int64
    /// Only for windows of days.
    @usableFromInline let calendar: DayCalendar?

    private init(
        _ shape: Shape, slice: Int64, length: Int64, slide: Int64, offset: Duration, calendar: DayCalendar? = nil
    ) {
        self.calendar = calendar
        self.shape = shape
        self.slice = slice
        self.length = length
        self.slide = slide
        self.offset = offset.wholeMilliseconds % (shape == .sliding ? slide : length)
    }

    /// What the meaning of stored slices depends on.
    @usableFromInline var meaning: String {
        "\(shape) of \(length) ms every \(slide) ms from \(offset) ms on, in slices of \(slice) ms"
    }

    /// Returns the errors in windows of `length`, one of which begins every `slide`, or which grow by `step`. An
    /// assigner is created despite errors, with other lengths, but never used.
    @usableFromInline
    static func problems(length: Duration, slide: Duration? = nil, step: Duration? = nil) -> [GraphProblem] {
        let least = Duration.milliseconds(1)
        let lengths = [("length", length), ("slide", slide ?? least), ("step", step ?? least)]
        let tooShort = lengths.filter { $0.1 < least }.map { what, duration in
            GraphProblem(
                "a window's \(what) must be at least a millisecond, got \(duration)", advice: "Give it a longer one")
        }
        guard tooShort.isEmpty else { return tooShort }
        return GraphProblem.unmet(
            (
                slide.map { $0.wholeMilliseconds <= length.wholeMilliseconds } ?? true,
                "a window's slide must not be longer than the window, got \(slide ?? .zero) and \(length)",
                "Records between two windows would be in none: give it a slide up to the length"
            ),
            (
                step.map { length.wholeMilliseconds % $0.wholeMilliseconds == 0 } ?? true,
                "a cumulative window's length must be a multiple of its step, got \(length) and \(step ?? .zero)",
                "Give it a step that divides the length"
            ))
    }

    private static func milliseconds(_ duration: Duration) -> Int64 { max(duration.wholeMilliseconds, 1) }

    @usableFromInline
    static func tumbling(_ length: Duration, offset: Duration = .zero) -> SliceAssigner {
        let length = milliseconds(length)
        return SliceAssigner(.tumbling, slice: length, length: length, slide: length, offset: offset)
    }

    @usableFromInline
    static func sliding(_ length: Duration, every slide: Duration, offset: Duration = .zero) -> SliceAssigner {
        let (length, slide) = (milliseconds(length), milliseconds(slide))
        if slide >= length {
            return SliceAssigner(.tumbling, slice: length, length: length, slide: length, offset: offset)
        }
        var (divisor, rest) = (length, slide)
        while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
        return SliceAssigner(.sliding, slice: divisor, length: length, slide: slide, offset: offset)
    }

    @usableFromInline
    static func cumulative(upTo length: Duration, step: Duration, offset: Duration = .zero) -> SliceAssigner {
        let (length, step) = (milliseconds(length), milliseconds(step))
        return SliceAssigner(.cumulative, slice: step, length: length, slide: step, offset: offset)
    }

    @usableFromInline
    static var global: SliceAssigner {
        SliceAssigner(.global, slice: .max, length: .max, slide: .max, offset: .zero)
    }

    @usableFromInline
    static func days(_ calendar: DayCalendar) -> SliceAssigner {
        // The slide has no meaning here: no day contains records of another.
        SliceAssigner(.days, slice: .max, length: .max, slide: .max, offset: .zero, calendar: calendar)
    }

    /// Returns the start of the slice with the given end.
    @inlinable
    func sliceStart(_ end: Int64) -> Int64 {
        if let calendar { return calendar.start(endingAt: end) }
        return shape == .global ? .min : start(of: slice, endingAt: end)
    }

    /// Returns the start of a span of the given length and end, or the first instant there is. A span that ends with
    /// the last instant there is may be shorter than others, because its real end is later.
    @inlinable
    func start(of length: Int64, endingAt end: Int64) -> Int64 {
        let (start, overflow) = end.subtractingReportingOverflow(length)
        if overflow { return .min }
        return end == .max ? wideFloor(end &- 1, length) : start
    }

    /// As `floor`, clamped to the first instant where that would overflow.
    @usableFromInline
    func wideFloor(_ time: Int64, _ unit: Int64) -> Int64 {
        let shifted = Int128(time) - Int128(offset)
        let rest = shifted % Int128(unit)
        return Int64(clamping: Int128(time) - (rest < 0 ? rest + Int128(unit) : rest))
    }

    /// Returns the start of the unit that contains `time` plus `length`, clamped to the last instant.
    @usableFromInline
    func wideEnd(_ time: Int64, _ unit: Int64, length: Int64) -> Int64 {
        let shifted = Int128(time) - Int128(offset)
        let rest = shifted % Int128(unit)
        return Int64(clamping: Int128(time) - (rest < 0 ? rest + Int128(unit) : rest) + Int128(length))
    }

    @usableFromInline
    func wideFirstEnd(holding sliceEnd: Int64) -> Int64 {
        let shifted = Int128(sliceEnd) - Int128(offset) - Int128(length)
        let rest = shifted % Int128(slide)
        return Int64(clamping: Int128(sliceEnd) + (rest > 0 ? Int128(slide) - rest : 0 - rest))
    }

    /// Whether each window consists of one slice.
    @inlinable var isOneSliceEach: Bool { shape == .tumbling || shape == .global || shape == .days }

    /// Returns the greatest `offset + n * unit` that is not after `time`; `nil` on overflow.
    @inlinable
    func floor(_ time: Int64, _ unit: Int64) -> Int64? {
        let (shifted, overflow) = time.subtractingReportingOverflow(offset)
        if overflow { return nil }
        let rest = shifted % unit
        let (floor, under) = time.subtractingReportingOverflow(rest < 0 ? rest &+ unit : rest)
        return under ? nil : floor
    }

    /// Returns the end of the slice that contains `time`, clamped to the last instant.
    @inlinable
    func sliceEnd(of time: Timestamp) -> Int64 {
        if let calendar { return calendar.end(of: time.milliseconds) }
        if shape == .global { return .max }
        guard let start = floor(time.milliseconds, slice) else {
            return wideEnd(time.milliseconds, slice, length: slice)
        }
        let (end, overflow) = start.addingReportingOverflow(slice)
        return overflow ? .max : end
    }

    /// Returns the end of the first window that contains the slice with the given end.
    @inlinable
    func firstEnd(holding sliceEnd: Int64) -> Int64 {
        guard shape == .sliding else { return sliceEnd }
        // Ends are at offset + length + n * slide; the first one that is not before the slice's end.
        let (shifted, overflow) = sliceEnd.subtractingReportingOverflow(offset)
        if overflow { return wideFirstEnd(holding: sliceEnd) }
        let rest = (shifted &- length % slide) % slide
        let missing = rest == 0 ? 0 : rest > 0 ? slide &- rest : 0 &- rest
        let (end, over) = sliceEnd.addingReportingOverflow(missing)
        return over ? .max : end
    }

    /// Returns the end of the last window that contains the slice with the given end.
    @inlinable
    func lastEnd(holding sliceEnd: Int64) -> Int64 {
        switch shape {
        case .tumbling, .global, .days: return sliceEnd
        case .sliding:
            // The last window that does not start after the slice.
            let first = sliceStart(sliceEnd)
            guard let start = floor(first, slide) else { return wideEnd(first, slide, length: length) }
            let (end, overflow) = start.addingReportingOverflow(length)
            return overflow ? .max : end
        case .cumulative:
            let first = sliceStart(sliceEnd)
            guard let start = floor(first, length) else { return wideEnd(first, length, length: length) }
            let (end, overflow) = start.addingReportingOverflow(length)
            return overflow ? .max : end
        }
    }

    /// Returns the end of the first window that contains the slice and ends after `time`; `nil` if there is none.
    @inlinable
    func nextEnd(holding sliceEnd: Int64, after time: Int64) -> Int64? {
        let first = firstEnd(holding: sliceEnd)
        if first > time { return first }
        if isOneSliceEach { return nil }
        let last = lastEnd(holding: sliceEnd)
        if last <= time { return nil }
        // The distance is at most the length of a window.
        let steps = (time &- first) / slide &+ 1
        let (next, overflow) = first.addingReportingOverflow(steps &* slide)
        return overflow || next > last ? nil : next
    }

    /// Returns the window with the given end.
    @inlinable
    func window(endingAt end: Int64) -> TimeWindow {
        let start: Int64
        switch shape {
        case .global: start = .min
        case .days: start = sliceStart(end)
        case .tumbling: start = sliceStart(end)
        case .sliding: start = self.start(of: length, endingAt: end)
        case .cumulative: start = floor(end &- 1, length) ?? .min
        }
        return TimeWindow(start: Timestamp(milliseconds: start), end: Timestamp(milliseconds: end))
    }
}
