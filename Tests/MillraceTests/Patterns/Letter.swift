import Millrace

/// A record of pattern tests: a letter at a time, with a number that tells it from others.
struct Letter: StateValue, Hashable {
    var key = 0
    var time: Int64
    var letter: String
    var number: Int

    static var stateSchema: String { "Letter/1" }
    func encode(into writer: inout ByteWriter) {
        writer.write(key)
        writer.write(time)
        writer.write(letter)
        writer.write(number)
    }
    static func decode(from reader: inout ByteReader) throws -> Letter {
        let key = try reader.read(Int.self)
        let time = try reader.read(Int64.self)
        let letter = try reader.readString()
        return Letter(key: key, time: time, letter: letter, number: try reader.read())
    }
}
