/// The names of fields seen so far in a value, written once behind it; fields refer to them by their place.
struct StateFieldNames {
    private var names: [String] = []
    private var places: [String: Int] = [:]
    private var last = -1

    /// Beyond this many names, they are looked up by hash.
    private static let searched = 16

    /// The place of `name`, which is added if it is new. Nil for a name that is not ASCII: two of those may be equal
    /// as strings and differ in bytes, so they are written out where they stand.
    mutating func place(of name: String) -> Int? {
        // The fields of an array's elements follow one another in the same order again and again.
        let guess = last + 1
        if guess < names.count, isSame(guess, name) {
            last = guess
            return guess
        }
        if let known = known(name) {
            last = known
            return known
        }
        var name = name
        guard name.withUTF8({ $0.allSatisfy { $0 < 0x80 } }) else { return nil }
        last = names.count
        if names.isEmpty { names.reserveCapacity(8) }
        names.append(name)
        if names.count > Self.searched {
            if places.isEmpty { for (place, name) in names.enumerated() { places[name] = place } }
            places[name] = last
        }
        return last
    }

    private func known(_ name: String) -> Int? {
        if names.count <= Self.searched { return names.indices.first { isSame($0, name) } }
        guard let place = places[name], isSame(place, name) else { return nil }
        return place
    }

    /// Equal strings of equally many bytes, one of them ASCII, have the same bytes.
    private func isSame(_ place: Int, _ name: String) -> Bool {
        names[place] == name && names[place].utf8.count == name.utf8.count
    }

    /// Writes the table: how many, then each name.
    func write(into writer: inout ByteWriter) {
        writer.writeLength(names.count)
        for name in names { writer.write(name) }
    }
}
