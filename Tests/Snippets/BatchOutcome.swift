struct SearchIndex: Sendable {
    func index(_ orders: [Order]) async throws -> [Int: any Error] { elided() }
}
let search: SearchIndex = elided()
