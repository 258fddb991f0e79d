/// Wakes a source task, for its reader.
@usableFromInline
struct WakeHandle: Sendable {
    let wake: @Sendable () -> Void
}
