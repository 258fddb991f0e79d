import KafkaTestSupport
import Testing

@testable import KafkaChild

extension TestPipeline {
    /// A reader of committed records finds what an undisturbed run writes: each record once, those of a key in order.
    func expectExact(
        _ rig: KafkaRig, _ records: [String], _ comment: @autoclosure () -> String = "",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let values = try rig.values(of: "out")
        let comment = comment()
        #expect(values.sorted() == expected(records), "\(comment)", sourceLocation: sourceLocation)
        let inversions = inversions(in: values)
        #expect(
            inversions.isEmpty, "\(inversions.count) records out of order, \(inversions.prefix(5)): \(comment)",
            sourceLocation: sourceLocation)
    }
}
