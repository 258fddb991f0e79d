/// What a run must give, found by programs that share no code with this one (a C++ loop; for the short lengths also a
/// numpy script and Flink).
struct ExpectedResult: Sendable, Equatable {
    let checksum: UInt64
    /// `nil` if nobody counted them.
    let rows: Int?
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
        case (.w3, 5_000_000): ExpectedResult(checksum: 0x861f_5d1b_1bed_6e1f, rows: 210_000)
        case (.w3, 100_000_000): ExpectedResult(checksum: 0x72a9_2bfe_f176_7ee1, rows: nil)
        case (.w4, 5_000_000): ExpectedResult(checksum: 0x155b_c5fa_474b_9b82, rows: 4_528_704)
        case (.w4, 100_000_000): ExpectedResult(checksum: 0x5333_e1ec_2bf0_4f71, rows: nil)
        case (.w6, 20_000_000): ExpectedResult(checksum: 0x942d_eb44_e8bb_da1c, rows: 8_648_521)
        default: nil
        }
    }
}
