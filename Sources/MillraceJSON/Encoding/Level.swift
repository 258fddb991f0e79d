/// A value that is being written. It is nested in the values on the levels below it.
struct Level {
    enum Kind {
        /// Nothing has been written yet.
        case pending
        /// A number, string, Boolean or null, which has been written.
        case scalar
        case object
        case array
    }

    var kind: Kind
    /// The number of members or elements so far.
    var count = 0
    /// The index of its first name in the writer's `names`.
    let firstName: Int
    /// Distinguishes the level from earlier ones of the same depth.
    let serial: UInt32
}

/// The identifier of a level, which containers use to write to it.
struct LevelID {
    let depth: UInt32
    let serial: UInt32
}

/// The position of a member's name in the text, including its quotes.
struct WrittenName {
    let hash: UInt64
    let start: Int
    let length: Int
}
