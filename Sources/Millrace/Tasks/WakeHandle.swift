/// Lets a reader wake its task.
@usableFromInline
struct WakeHandle: Sendable {
    let wake: @Sendable () -> Void
}
