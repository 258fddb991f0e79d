import CMillraceRDKafka
import Synchronization

/// Notes requests of a transaction whose answer never came: whether, and when, the broker acts on them is not known.
///
/// librdkafka sends such a request again without a word. The first may still be under way, and would then change or end the
/// *next* transaction of the same producer (KIP-890). A newer epoch shuts it out.
final class LostAnswers: Sendable {
    private let isMissing = Atomic(false)

    /// AddPartitionsToTxn, AddOffsetsToTxn, EndTxn, TxnOffsetCommit.
    private static let kinds: [Int16] = [24, 25, 26, 28]

    /// Whether an answer was lost since the client was made.
    var any: Bool { isMissing.load(ordering: .acquiring) }

    /// To be called before the client is made; it calls back for as long as it lives.
    func watch(_ conf: OpaquePointer) {
        rd_kafka_conf_interceptor_add_on_new(
            conf, "millrace",
            { handle, _, opaque, _, _ in
                rd_kafka_interceptor_add_on_response_received(
                    handle, "millrace",
                    { _, _, _, _, kind, _, _, _, _, error, opaque in
                        // Called for each request, with an error where its connection ended or its time was over.
                        if error != RD_KAFKA_RESP_ERR_NO_ERROR, let opaque, LostAnswers.kinds.contains(kind) {
                            Unmanaged<LostAnswers>.fromOpaque(opaque).takeUnretainedValue().isMissing.store(
                                true, ordering: .releasing)
                        }
                        return RD_KAFKA_RESP_ERR_NO_ERROR
                    }, opaque)
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
