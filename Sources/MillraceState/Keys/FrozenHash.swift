/// The hash that decides where a key lives: which key group, task, table slot and place in the store.
///
/// It is *frozen*: state folders depend on it, so it may never change (a test holds known values). It is not meant to
/// withstand chosen keys. Integers go through a bijection (David Stafford's variant 13 finaliser of splitmix64), so
/// that the hash alone identifies them; bytes are folded eight at a time with a 64 x 64 -> 128 bit multiplication (the
/// idea of wyhash).
@usableFromInline
package enum FrozenHash {

    /// Mixes 64 bits so that each bit of the result depends on each bit of `value`; a bijection.
    @inlinable
    package static func mix(_ value: UInt64) -> UInt64 {
        var x = value
        x = (x ^ (x &>> 30)) &* 0xbf58_476d_1ce4_e5b9
        x = (x ^ (x &>> 27)) &* 0x94d0_49bb_1331_11eb
        return x ^ (x &>> 31)
    }

    /// The inverse of `mix`.
    @inlinable
    package static func unmix(_ hash: UInt64) -> UInt64 {
        var x = hash
        x = x ^ (x &>> 31) ^ (x &>> 62)
        x = x &* 0x3196_42b2_d24d_8ec3
        x = x ^ (x &>> 27) ^ (x &>> 54)
        x = x &* 0x96de_1b17_3f11_9089
        return x ^ (x &>> 30) ^ (x &>> 60)
    }

    /// The hash of two hashes, in that order.
    @inlinable
    package static func combine(_ first: UInt64, _ second: UInt64) -> UInt64 {
        mix(fold(first ^ 0x9e37_79b9_7f4a_7c15, second ^ 0xd6e8_feb8_6659_fd93) &+ first)
    }

    /// The hash of some bytes.
    @inlinable
    package static func bytes(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
        var state = seed ^ 0x9e37_79b9_7f4a_7c15
        var rest = bytes.count
        guard var pointer = bytes.baseAddress else { return mix(state) }
        while rest >= 16 {
            let low = UInt64(littleEndian: pointer.loadUnaligned(as: UInt64.self))
            let high = UInt64(littleEndian: pointer.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            state = fold(low ^ 0xa076_1d64_78bd_642f, high ^ state)
            pointer += 16
            rest &-= 16
        }
        if rest >= 8 {
            let low = UInt64(littleEndian: pointer.loadUnaligned(as: UInt64.self))
            state = fold(low ^ 0xe703_7ed1_a0b4_28db, state ^ 0x8ebc_6af0_9c88_c6e3)
            pointer += 8
            rest &-= 8
        }
        var tail: UInt64 = 0
        var shift: UInt64 = 0
        while rest > 0 {
            tail |= UInt64(pointer.load(as: UInt8.self)) << shift
            shift &+= 8
            pointer += 1
            rest &-= 1
        }
        return mix(fold(tail ^ 0x5899_65cc_7537_4cc3, state ^ UInt64(truncatingIfNeeded: bytes.count)) ^ state)
    }

    /// The hash of at most 15 bytes, which is that of `bytes(_:)`: the first eight and the others, zeros after them.
    @inlinable
    @inline(__always)
    package static func shortText(_ low: UInt64, _ high: UInt64, count: Int) -> UInt64 {
        var state: UInt64 = 0x9e37_79b9_7f4a_7c15
        var tail = low
        if count >= 8 {
            state = fold(low ^ 0xe703_7ed1_a0b4_28db, state ^ 0x8ebc_6af0_9c88_c6e3)
            tail = high
        }
        return mix(fold(tail ^ 0x5899_65cc_7537_4cc3, state ^ UInt64(truncatingIfNeeded: count)) ^ state)
    }

    /// The hash of a string's UTF-8 bytes.
    @inlinable
    package static func string(_ string: String) -> UInt64 {
        var string = string
        return string.withUTF8 { FrozenHash.bytes(UnsafeRawBufferPointer($0)) }
    }

    @inlinable
    package static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
