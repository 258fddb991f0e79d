/// How many different keys a workload draws from, as a type.
///
/// A remainder by a count known only at run time is a division, about 10 ns a record. A type whose count is a literal
/// lets the optimizer turn the very same remainder into a multiplication and shifts, provided that the code which
/// makes the records names the type (`WorkloadRecord(index: i, in: TenThousandKeys.self)`) or is specialised for it.
protocol KeySpace: Sendable {
    /// The K of `key = splitmix64(i) mod K`. Return a literal.
    static var keyCount: UInt64 { get }
}

/// W0 has no key: each record's key is 0, and computing it costs nothing.
enum SingleKey: KeySpace {
    @inline(__always) static var keyCount: UInt64 { 1 }
}

/// W2 and W3.
enum TenThousandKeys: KeySpace {
    @inline(__always) static var keyCount: UInt64 { 10_000 }
}

/// W1.
enum HundredThousandKeys: KeySpace {
    @inline(__always) static var keyCount: UInt64 { 100_000 }
}

/// W4.
enum MillionKeys: KeySpace {
    @inline(__always) static var keyCount: UInt64 { 1_000_000 }
}

/// W6.
enum TenMillionKeys: KeySpace {
    @inline(__always) static var keyCount: UInt64 { 10_000_000 }
}
