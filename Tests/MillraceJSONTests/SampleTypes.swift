import Foundation

struct Bid: Codable, Equatable {
    var auction: Int
    var bidder: Int
    var price: Int
    var ts: Int
    var channel: String
}

struct Sample: Codable, Equatable {
    var id: Int
    var ratio: Double?
    var name: String?
    var isOpen: Bool?
    var tags: [String]?
    var parts: [Part]?
    var counts: [String: Int]?
}

struct Part: Codable, Equatable {
    var id: UInt8
    var weight: Float?
}

enum Shape: Codable, Equatable {
    case circle(radius: Double)
    case square(Int)
    case none
}

enum Colour: String, Codable { case red, green }

struct Box<T: Codable & Equatable>: Codable, Equatable {
    var a: T
}

struct Page: Codable, Equatable {
    var pageViews: Int
    var userID: Int?
    var byCountry: [String: Int]?
}

class Animal: Codable {
    var name: String
    init(name: String) { self.name = name }
}

/// Encodes its superclass with `superEncoder`.
final class Dog: Animal, Equatable {
    var age: Int
    enum CodingKeys: String, CodingKey { case age }
    init(name: String, age: Int) {
        self.age = age
        super.init(name: name)
    }
    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        age = try container.decode(Int.self, forKey: .age)
        try super.init(from: container.superDecoder())
    }
    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(age, forKey: .age)
        try super.encode(to: container.superEncoder())
    }
    static func == (one: Dog, other: Dog) -> Bool { one.name == other.name && one.age == other.age }
}

/// Encodes its superclass into the same object.
final class Cat: Animal, Equatable {
    var lives: Int
    enum CodingKeys: String, CodingKey { case lives }
    init(name: String, lives: Int) {
        self.lives = lives
        super.init(name: name)
    }
    required init(from decoder: any Decoder) throws {
        lives = try decoder.container(keyedBy: CodingKeys.self).decode(Int.self, forKey: .lives)
        try super.init(from: decoder)
    }
    override func encode(to encoder: any Encoder) throws {
        try super.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(lives, forKey: .lives)
    }
    static func == (one: Cat, other: Cat) -> Bool { one.name == other.name && one.lives == other.lives }
}

/// Any JSON at all.
indirect enum AnyJSON: Codable, Equatable {
    case null
    case bool(Bool)
    case number(Double)
    case text(String)
    case array([AnyJSON])
    case object([String: AnyJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([AnyJSON].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: AnyJSON].self))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
