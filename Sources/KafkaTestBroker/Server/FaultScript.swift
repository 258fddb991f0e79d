import NIOCore
import Synchronization

/// What goes wrong, and when: rules that a test gives a broker.
///
/// ```swift
/// broker.faults.add(.loseResponse, to: .endTxn, after: 2)      // the third EndTxn takes effect, its answer is lost
/// ```
public final class FaultScript: Sendable {
    /// What happens to a request.
    public enum Action: Sendable, Hashable {
        /// The connection is closed before the request takes effect.
        case dropBefore
        /// The request takes effect, then the connection is closed instead of an answer.
        case dropAfter
        /// The request takes effect; no answer comes, the connection stays.
        case loseResponse
        /// The answer comes this much later.
        case delayResponse(Duration)
        /// The connection is closed, and the request takes effect this much later: it was under way when its client gave up.
        case deliverLate(Duration)
        /// The request is refused with a code, where its kind has room for one.
        case refuse(KafkaErrorCode)
        /// The broker dies before the request takes effect.
        case crashBefore
        /// The request takes effect, then the broker dies.
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

    /// Adds a rule.
    ///
    /// - Parameters:
    ///   - action: what happens to the request.
    ///   - api: the kind of request.
    ///   - after: how many requests of the kind pass first, from now on.
    ///   - times: how many it then applies to.
    ///   - client: only requests of clients whose id begins so.
    /// - Returns: a number for `remove`.
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
    public func remove(_ rule: Int) { state.withLock { $0.rules.removeAll { $0.id == rule } } }

    /// Removes all rules.
    public func removeAll() { state.withLock { $0.rules = [] } }

    /// Requests of a kind that have come.
    public func requests(of api: KafkaAPI) -> Int { state.withLock { $0.seen[api, default: 0] } }

    /// For the broker's own tests: sees every request as it came, without its length.
    var tap: (@Sendable (ByteBuffer) -> Void)? {
        get { observer.withLock { $0 } }
        set { observer.withLock { $0 = newValue } }
    }

    /// Notes a request, and says what happens to it.
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
