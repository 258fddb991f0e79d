/// The table of a value's field names, which is written once after the value. Fields refer to it by index.
struct StateFieldNames {
    private var names: [String] = []
    private var places: [String: Int] = [:]
    private var last = -1

    /// The number of names beyond which they are looked up by hash.
    private static let searched = 16

    /// Returns the index of `name`, which is added if it is new. `nil` for a name that is not ASCII: two such names may
    /// be equal as strings but differ in bytes, so that they are written in full.
    mutating func place(of name: String) -> Int? {
        // The elements of an array have the same fields in the same order.
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

    /// Two equal strings with the same number of bytes, one of them ASCII, have the same bytes.
    private func isSame(_ place: Int, _ name: String) -> Bool {
        names[place] == name && names[place].utf8.count == name.utf8.count
    }

    /// Writes the table: the number of names, then each name.
    func write(into writer: inout ByteWriter) {
        writer.writeLength(names.count)
        for name in names { writer.write(name) }
    }
}
