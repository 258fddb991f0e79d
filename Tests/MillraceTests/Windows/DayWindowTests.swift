import Millrace
import MillraceTesting
import Testing

import struct Foundation.TimeZone

/// Days of a time zone: as long as they are there.
@Suite struct DayWindowTests {
    @Test func daysAreAsLongAsTheClocksSay() throws {
        let zone = try #require(TimeZone(identifier: "Europe/Berlin"))
        let output = TestOutput<String>()
        let texts = [
            "2025-03-29T22:59:59.999Z", "2025-03-29T23:00:00.000Z", "2025-03-30T21:59:59.999Z",  // clocks go on an hour
            "2025-03-30T22:00:00.000Z", "2025-10-25T22:00:00.000Z", "2025-10-26T22:59:59.999Z",  // and back
            "2025-10-26T23:00:00.000Z", "1969-07-20T20:17:40.000Z",
        ]
        let times = texts.compactMap { Timestamp(iso8601: $0) }
        let pipeline = Pipeline("days") { graph in
            graph.source(
                .memory([times]), eventTime: { $0 }, watermarks: .boundedOutOfOrder(by: .days(30_000))
            )
            .keyed { _ in 1 }
            .window(.days(in: zone))
            .aggregate(Count())
            .map { "\($0.window) \($0.value)" }
            .sink(output)
        }
        try PipelineTest(seed: 1).run(pipeline)
        #expect(
            output.records == [
                "1969-07-19T23:00:00Z/1969-07-20T23:00:00Z 1",
                "2025-03-28T23:00:00Z/2025-03-29T23:00:00Z 1",
                "2025-03-29T23:00:00Z/2025-03-30T22:00:00Z 2",
                "2025-03-30T22:00:00Z/2025-03-31T22:00:00Z 1",
                "2025-10-25T22:00:00Z/2025-10-26T23:00:00Z 2",
                "2025-10-26T23:00:00Z/2025-10-27T23:00:00Z 1",
            ])
    }
}
