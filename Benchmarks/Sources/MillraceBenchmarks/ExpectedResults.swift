/// What a run must give, found by programs that share no code with this one (a C++ loop; for the short lengths also a
/// numpy script and Flink).
struct ExpectedResult: Sendable, Equatable {
    let checksum: UInt64
    let rows: Int
}

extension Workload {
    /// The known result over the first `records` records, or nil for a length nobody computed.
    func expectedResult(records: Int) -> ExpectedResult? {
        switch (self, records) {
        case (.w0, 20_000_000): ExpectedResult(checksum: 6_683_569, rows: 6_683_569)
        case (.w0, 1_000_000_000): ExpectedResult(checksum: 334_000_998, rows: 334_000_998)
        case (.w1, 10_000_000): ExpectedResult(checksum: 0x5d69_32f0_8d16_62f6, rows: 100_000)
        case (.w1, 200_000_000): ExpectedResult(checksum: 0xbee5_a6df_0183_bbe6, rows: 100_000)
        case (.w2, 20_000_000): ExpectedResult(checksum: 0x8c72_fa54_7bfb_7b46, rows: 200_000)
        case (.w2, 400_000_000): ExpectedResult(checksum: 0x25eb_b643_dc5b_d26b, rows: 4_000_000)
        case (.w6, 20_000_000): ExpectedResult(checksum: 0x942d_eb44_e8bb_da1c, rows: 8_648_521)
        default: nil
        }
    }
}
