/// A value that is being written, within those on the levels below it.
struct Level {
    enum Kind {
        /// Nothing of it is written yet.
        case pending
        /// A number, a text, a truth value or null, which is written.
        case scalar
        case object
        case array
    }

    var kind: Kind
    /// Members or elements so far.
    var count = 0
    /// Where its names begin among the writer's.
    let firstName: Int
    /// Tells it from others that were on the same level before.
    let serial: UInt32
}

/// Names a level to those who write to it.
struct LevelID {
    let depth: UInt32
    let serial: UInt32
}

/// A member's name in the text, with its quotes.
struct WrittenName {
    let hash: UInt64
    let start: Int
    let length: Int
}
