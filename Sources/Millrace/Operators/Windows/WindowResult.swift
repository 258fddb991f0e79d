/// The result of one window of one key.
@frozen
public struct WindowResult<Key: Sendable, Value: Sendable>: Sendable {
    /// The key.
    public var key: Key
    /// The window.
    public var window: TimeWindow
    /// What its records amount to.
    public var value: Value

    /// All three parts.
    @inlinable
    public init(key: Key, window: TimeWindow, value: Value) {
        self.key = key
        self.window = window
        self.value = value
    }
}

extension WindowResult: Equatable where Key: Equatable, Value: Equatable {}
extension WindowResult: Hashable where Key: Hashable, Value: Hashable {}
extension WindowResult: BitwiseCopyable where Key: BitwiseCopyable, Value: BitwiseCopyable {}
extension WindowResult: Encodable where Key: Encodable, Value: Encodable {}
extension WindowResult: Decodable where Key: Decodable, Value: Decodable {}
