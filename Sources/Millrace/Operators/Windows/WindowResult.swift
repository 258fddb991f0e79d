/// The result of a window for one key.
///
/// ```swift
/// flights.keyed(by: \.origin).window(.tumbling(of: .hours(1))).aggregate(MeanDelay())
///     .map { "\($0.key) from \($0.window.start): \($0.value) minutes late" }
/// ```
@frozen
public struct WindowResult<Key: Sendable, Value: Sendable>: Sendable {
    /// The key.
    public var key: Key
    /// The window.
    public var window: TimeWindow
    /// The aggregated value of the key's records in the window.
    public var value: Value

    /// Creates a result from its parts.
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
