import Foundation
import MillraceTesting
import Testing

@testable import Millrace
@testable import MillraceTime
@testable import MillraceState

@Suite struct TimestampTests {
    @Test func calendarAndTextAgreeWithFoundation() throws {
        var random = SeededRandom(seed: 5)
        let formatter = ISO8601DateFormatter()
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for _ in 0..<500 {
            let seconds = Int64.random(in: -11_000_000_000...200_000_000_000, using: &random)
            let date = Date(timeIntervalSince1970: Double(seconds))
            let timestamp = Timestamp(milliseconds: seconds * 1000)
            #expect(timestamp.description == formatter.string(from: date))
            let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
            let again = Timestamp(
                year: try #require(parts.year), month: try #require(parts.month), day: try #require(parts.day),
                hour: try #require(parts.hour), minute: try #require(parts.minute), second: try #require(parts.second))
            #expect(again == timestamp)
        }
    }

    @Test func datesThatAreNoneAreNil() {
        #expect(Timestamp(year: 2013, month: 2, day: 29) == nil)
        #expect(Timestamp(year: 2012, month: 2, day: 29) != nil)
        #expect(Timestamp(year: 1900, month: 2, day: 29) == nil)
        #expect(Timestamp(year: 2013, month: 13, day: 1) == nil)
        #expect(Timestamp(year: 2013, month: 1, day: 1, hour: 24) == nil)
    }

    @Test func arithmeticStaysInRange() {
        #expect(Timestamp(milliseconds: .max - 1).advanced(by: .seconds(10)) == .distantFuture)
        #expect(Timestamp(milliseconds: .min + 1).advanced(by: .seconds(-10)) == .distantPast)
        #expect(Timestamp.distantFuture.timeSince(.distantPast) == .milliseconds(Int64.max))
        #expect(Timestamp.distantPast.timeSince(Timestamp(milliseconds: 1)) == .milliseconds(Int64.min))
        let most = Duration.milliseconds(Int64.max)
        #expect(most.wholeMilliseconds == .max)
        #expect((most + .milliseconds(1)).wholeMilliseconds == .max)
        #expect((.zero - most - .milliseconds(5)).wholeMilliseconds == .min)
    }

    /// State folders depend on these: they may never change.
    @Test func theFrozenHashIsFrozen() {
        #expect(FrozenHash.mix(1) == 0x5692_161d_100b_05e5)
        #expect(UInt64(42).frozenHash == FrozenHash.mix(42))
        #expect("JFK".frozenHash == "JFK".frozenHash)
        var random = SeededRandom(seed: 1)
        for _ in 0..<1000 {
            let value = random.next()
            #expect(FrozenHash.unmix(FrozenHash.mix(value)) == value)
        }
    }
}
