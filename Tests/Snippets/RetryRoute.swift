struct Message: Codable, Sendable {
    var rounds: Int
    var attempts: Int
    var notBefore: Timestamp
}
let messages: Stream<Message> = elided()
let again: SideOutput<RetryLetter<Message>> = elided()
let queue: TestOutput<Message> = elided()
