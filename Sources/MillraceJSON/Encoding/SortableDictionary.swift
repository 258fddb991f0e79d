/// A dictionary that is written in alphabetical order, because its own order differs from run to run.
protocol SortableDictionary {
    func write(to writer: JSONWriter) throws
}

extension Dictionary: SortableDictionary where Key == String, Value: Encodable {
    func write(to writer: JSONWriter) throws {
        let id = writer.open(.object)
        for (name, value) in sorted(by: { $0.key < $1.key }) where writer.begin(name, in: id) {
            try writer.write(value)
        }
        if writer.enter(id) { writer.close(above: Int(id.depth) - 1) }
    }
}
