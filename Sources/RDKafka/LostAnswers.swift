import CMillraceRDKafka
import Synchronization

/// Detects requests of a transaction that got no answer. Whether and when the broker processes them is not known.
///
/// librdkafka silently repeats such a request. The first one may still be in flight, and could then modify or end the
/// *next* transaction of the same producer (KIP-890). A newer producer epoch fences it.
final class LostAnswers: Sendable {
    private let isMissing = Atomic(false)

    /// AddPartitionsToTxn, AddOffsetsToTxn, EndTxn, TxnOffsetCommit.
    private static let kinds: [Int16] = [24, 25, 26, 28]

    /// Whether an answer was lost since the client was created.
    var any: Bool { isMissing.load(ordering: .acquiring) }

    /// Registers the interceptor. Must be called before the client is created; callbacks come for as long as the client
    /// exists.
    func watch(_ conf: OpaquePointer) {
        rd_kafka_conf_interceptor_add_on_new(
            conf, "millrace",
            { handle, _, opaque, _, _ in
                rd_kafka_interceptor_add_on_response_received(
                    handle, "millrace",
                    { _, _, _, _, kind, _, _, _, _, error, opaque in
                        // Called for each request; with an error if the connection was closed or the request timed out.
                        if error != RD_KAFKA_RESP_ERR_NO_ERROR, let opaque, LostAnswers.kinds.contains(kind) {
                            Unmanaged<LostAnswers>.fromOpaque(opaque).takeUnretainedValue().isMissing.store(
                                true, ordering: .releasing)
                        }
                        return RD_KAFKA_RESP_ERR_NO_ERROR
                    }, opaque)
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
