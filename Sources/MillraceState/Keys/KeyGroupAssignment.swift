/// How the key groups are shared out among the tasks of a stage.
///
/// A key group is a fixed slice of the key space, the unit that moves between tasks when the parallelism changes. Groups are
/// contiguous ranges of the stored hash, and each task has a contiguous range of groups. So one order, that of the hash, runs
/// through tables, journal and tree alike.
///
/// ```swift
/// let assignment = KeyGroupAssignment(groups: KeyGroupAssignment.defaultGroups, tasks: 4)
/// let group = assignment.group(ofHash: "JFK".frozenHash)
/// let task = assignment.task(ofGroup: group)                 // the task that has the state of JFK
/// let groups = assignment.groups(ofTask: 0)                  // 0..<32
/// ```
@frozen
public struct KeyGroupAssignment: Hashable, Sendable {
    /// Groups in the whole key space; fixed for the life of a state folder.
    public let groups: Int
    /// Tasks that share them.
    public let tasks: Int

    /// 128 groups unless told otherwise: enough for 128 tasks, and few enough to be cheap to list.
    public static let defaultGroups = 128

    /// `tasks` from 1 to `groups`.
    @inlinable
    public init(groups: Int, tasks: Int) {
        precondition(
            groups >= 1 && groups <= 1 << 15, "the number of key groups must be from 1 to 32768, got \(groups)")
        precondition(tasks >= 1 && tasks <= groups, "\(tasks) tasks cannot share \(groups) key groups")
        self.groups = groups
        self.tasks = tasks
    }

    /// The group of a hash.
    @inlinable
    public func group(ofHash hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash.multipliedFullWidth(by: UInt64(truncatingIfNeeded: groups)).high)
    }

    /// The task of a group.
    @inlinable
    public func task(ofGroup group: Int) -> Int { group * tasks / groups }

    /// The groups of a task.
    @inlinable
    public func groups(ofTask task: Int) -> Range<Int> {
        let first = (task * groups + tasks - 1) / tasks
        let end = ((task + 1) * groups + tasks - 1) / tasks
        return first..<end
    }

    /// The hashes of a task, both ends included.
    @inlinable
    public func hashes(ofTask task: Int) -> ClosedRange<UInt64> {
        let range = groups(ofTask: task)
        return firstHash(ofGroup: range.lowerBound)...(firstHash(ofGroup: range.upperBound) &- 1)
    }

    /// The least hash of a group; 0 for the group after the last (2^64, wrapped).
    @inlinable
    func firstHash(ofGroup group: Int) -> UInt64 {
        if group >= groups { return 0 }
        // The least h with h * groups >= group * 2^64.
        let (quotient, remainder) = UInt64(groups).dividingFullWidth((UInt64(group), 0))
        return remainder == 0 ? quotient : quotient + 1
    }
}
