import NIOCore
import Synchronization

/// The faults that a test injects into a broker, as rules for kinds of requests.
///
/// ```swift
/// broker.faults.add(.loseResponse, to: .endTxn, after: 2)      // the third EndTxn takes effect, its answer is lost
/// ```
public final class FaultScript: Sendable {
    /// What happens to a request that a rule applies to.
    public enum Action: Sendable, Hashable {
        /// Closes the connection. The request does not take effect.
        case dropBefore
        /// The request takes effect, but the connection is closed without an answer.
        case dropAfter
        /// The request takes effect, but no answer is sent. The connection stays open.
        case loseResponse
        /// The request takes effect, and the answer is sent after a delay.
        case delayResponse(Duration)
        /// Closes the connection. The request takes effect after a delay, as if it was in flight when the client
        /// stopped waiting.
        case deliverLate(Duration)
        /// The request is rejected with an error code, if its kind has one in the answer.
        case refuse(KafkaErrorCode)
        /// The broker crashes. The request does not take effect.
        case crashBefore
        /// The request takes effect, then the broker crashes without an answer.
        case crashAfter
    }

    private struct Rule {
        let id: Int
        let api: KafkaAPI
        let client: String?
        var skip: Int
        var times: Int
        let action: Action
    }

    private struct State {
        var rules: [Rule] = []
        var next = 0
        var seen: [KafkaAPI: Int] = [:]
    }

    private let state = Mutex(State())
    private let observer = Mutex<(@Sendable (ByteBuffer) -> Void)?>(nil)

    /// Adds a rule. If several rules apply to a request, the first one is used.
    ///
    /// - Parameters:
    ///   - action: what happens to the request.
    ///   - api: the kind of request.
    ///   - after: the number of requests of the kind, from now on, that are processed normally before. Default: 0.
    ///   - times: the number of requests that the rule then applies to. Default: 1.
    ///   - client: a prefix; the rule applies only to clients whose id begins with it. Default: all clients.
    /// - Returns: the number of the rule, for ``remove(_:)``.
    @discardableResult
    public func add(
        _ action: Action, to api: KafkaAPI, after: Int = 0, times: Int = 1, client: String? = nil
    ) -> Int {
        state.withLock { state in
            state.next += 1
            state.rules.append(
                Rule(id: state.next, api: api, client: client, skip: after, times: times, action: action))
            return state.next
        }
    }

    /// Removes a rule.
    ///
    /// - Parameter rule: the number that ``add(_:to:after:times:client:)`` has returned.
    public func remove(_ rule: Int) { state.withLock { $0.rules.removeAll { $0.id == rule } } }

    /// Removes all rules.
    public func removeAll() { state.withLock { $0.rules = [] } }

    /// Returns the number of requests of a kind that the broker has received.
    public func requests(of api: KafkaAPI) -> Int { state.withLock { $0.seen[api, default: 0] } }

    /// Receives every request, without its length; for the broker's own tests.
    var tap: (@Sendable (ByteBuffer) -> Void)? {
        get { observer.withLock { $0 } }
        set { observer.withLock { $0 = newValue } }
    }

    /// Counts a request. Returns the action of the rule that applies to it, if any.
    func next(_ api: KafkaAPI, client: String) -> Action? {
        state.withLock { state in
            state.seen[api, default: 0] += 1
            for index in state.rules.indices {
                let rule = state.rules[index]
                guard rule.api == api, rule.client.map(client.hasPrefix) ?? true else { continue }
                if rule.skip > 0 {
                    state.rules[index].skip -= 1
                    continue
                }
                guard rule.times > 0 else { continue }
                state.rules[index].times -= 1
                return rule.action
            }
            return nil
        }
    }
}
