import Foundation
import NIOCore

/// The group coordinator: handles joining, rebalances, assignments and session timeouts.
extension BrokerState {
    // MARK: Joining

    struct JoinRequest {
        let group: String
        let member: String
        let instance: String?
        let sessionTimeout: Int32
        let rebalanceTimeout: Int32
        let protocolType: String
        let protocols: [(name: String, metadata: ByteBuffer)]
        let clientID: String
        let version: Int16
    }

    func join(_ request: JoinRequest, _ reply: PendingReply) {
        let answer = Group.JoinReply(reply: reply, version: request.version)
        guard !request.group.isEmpty else { return refuse(answer, .invalidGroupID, request.member) }
        var group = groups[request.group] ?? Group(id: request.group)
        defer { groups[request.group] = group }
        guard request.sessionTimeout > 0 else { return refuse(answer, .invalidSessionTimeout, request.member) }
        var id = request.member
        if let instance = request.instance, let known = group.member(ofInstance: instance) {
            if id.isEmpty {
                // The same instance was restarted: it replaces the old member.
                id = newMemberID(request)
                replace(known, with: id, request, answer, &group)
                return
            }
            if known.id != id { return refuse(answer, .fencedInstanceID, id) }
        }
        if id.isEmpty {
            id = newMemberID(request)
            if request.version >= 4, request.instance == nil {
                promise(id, for: request.sessionTimeout, &group)
                return refuse(answer, .memberIDRequired, id)
            }
        } else if group.members[id] == nil, group.promised.remove(id) == nil {
            return refuse(answer, .unknownMemberID, id)
        }
        guard group.accepts(request.protocolType, request.protocols, except: id) else {
            return refuse(answer, .inconsistentGroupProtocol, id)
        }
        let known = group.members[id]
        let isUnchanged = known?.hasSame(request.protocols) ?? false
        var member =
            known
            ?? Group.Member(
                id: id, instance: request.instance, clientID: request.clientID,
                sessionTimeout: request.sessionTimeout, rebalanceTimeout: request.rebalanceTimeout, protocols: [])
        member.protocols = request.protocols
        member.sessionTimeout = request.sessionTimeout
        member.rebalanceTimeout = request.rebalanceTimeout
        group.protocolType = request.protocolType
        if known == nil { group.order.append(id) }
        let staysAsItIs =
            isUnchanged
            && (group.state == .completingRebalance || group.state == .stable && group.leader != id)
        if staysAsItIs {
            group.members[id] = member
            answerJoin(answer, id, group)
            keepAlive(id, &group)
            return
        }
        member.joining?.reply.send(joinRefusal(.unknownMemberID, id, member.joining?.version ?? 0))
        member.joining = answer
        group.members[id] = member
        if group.state != .preparingRebalance { beginRebalance(&group) }
        completeJoinIfAllAreThere(&group)
    }

    private func replace(
        _ old: Group.Member, with id: String, _ request: JoinRequest, _ answer: Group.JoinReply, _ group: inout Group
    ) {
        old.joining?.reply.send(joinRefusal(.fencedInstanceID, old.id, old.joining?.version ?? 0))
        old.syncing?.send(syncRefusal(.fencedInstanceID, old.syncing))
        let isUnchanged =
            old.metadata(of: group.protocolName) == request.protocols.first { $0.name == group.protocolName }?.metadata
        var member = Group.Member(
            id: id, instance: request.instance, clientID: request.clientID, sessionTimeout: request.sessionTimeout,
            rebalanceTimeout: request.rebalanceTimeout, protocols: request.protocols)
        member.assignment = old.assignment
        group.members[old.id] = nil
        group.order = group.order.map { $0 == old.id ? id : $0 }
        if group.state == .stable, isUnchanged {
            let leader = group.leader
            group.members[id] = member
            // The old leader's id is sent as the leader, so that the new one does not compute the assignment again.
            answerJoin(answer, id, group)
            if leader == old.id { group.leader = id }
            keepAlive(id, &group)
            return
        }
        if group.leader == old.id { group.leader = id }
        member.joining = answer
        group.members[id] = member
        if group.state != .preparingRebalance { beginRebalance(&group) }
        completeJoinIfAllAreThere(&group)
    }

    private func newMemberID(_ request: JoinRequest) -> String {
        "\(request.instance ?? request.clientID)-\(UUID().uuidString.lowercased())"
    }

    private func beginRebalance(_ group: inout Group) {
        let wasEmpty = group.state == .empty
        for id in group.order {
            guard let syncing = group.members[id]?.syncing else { continue }
            group.members[id]?.syncing = nil
            syncing.send(syncRefusal(.rebalanceInProgress, syncing))
        }
        group.state = .preparingRebalance
        group.rebalance += 1
        let (name, rebalance) = (group.id, group.rebalance)
        let delay: TimeAmount
        if wasEmpty {
            delay = .nanoseconds(Int64(configuration.groupInitialRebalanceDelay / .nanoseconds(1)))
            isDelayed.insert(name)
        } else {
            delay = .milliseconds(Int64(group.members.values.map(\.rebalanceTimeout).max() ?? 0))
        }
        loop.scheduleTask(in: delay) { [self] in
            guard var group = groups[name], group.state == .preparingRebalance, group.rebalance == rebalance else {
                return
            }
            isDelayed.remove(name)
            for id in group.order where group.members[id]?.joining == nil { remove(id, from: &group) }
            completeJoin(&group)
            groups[name] = group
        }
    }

    private func completeJoinIfAllAreThere(_ group: inout Group) {
        guard group.state == .preparingRebalance else { return }
        if isDelayed.contains(group.id), configuration.groupInitialRebalanceDelay > .zero { return }
        isDelayed.remove(group.id)
        guard group.promised.isEmpty else { return }
        if group.members.values.allSatisfy({ $0.joining != nil }) { completeJoin(&group) }
    }

    private func completeJoin(_ group: inout Group) {
        group.rebalance += 1
        group.generation += 1
        guard !group.members.isEmpty else {
            group.state = .empty
            group.protocolName = ""
            group.leader = ""
            return
        }
        group.protocolName = group.commonProtocol ?? ""
        if group.members[group.leader] == nil { group.leader = group.order.first ?? "" }
        group.state = .completingRebalance
        for id in group.order {
            guard let joining = group.members[id]?.joining else { continue }
            group.members[id]?.joining = nil
            answerJoin(joining, id, group)
            keepAlive(id, &group)
        }
    }

    private func answerJoin(_ answer: Group.JoinReply, _ id: String, _ group: Group) {
        var writer = WireWriter()
        if answer.version >= 2 { writer.throttle() }
        writer.error(.none)
        writer.integer(group.generation)
        writer.string(group.protocolName)
        writer.string(group.leader)
        writer.string(id)
        let listed = id == group.leader ? group.order.compactMap { group.members[$0] } : []
        writer.array(listed) { writer, member in
            writer.string(member.id)
            if answer.version >= 5 { writer.string(member.instance) }
            writer.bytes(member.metadata(of: group.protocolName))
        }
        answer.reply.send(writer)
    }

    private func refuse(_ answer: Group.JoinReply, _ error: KafkaErrorCode, _ member: String) {
        answer.reply.send(joinRefusal(error, member, answer.version))
    }

    private func joinRefusal(_ error: KafkaErrorCode, _ member: String, _ version: Int16) -> WireWriter {
        var writer = WireWriter()
        if version >= 2 { writer.throttle() }
        writer.error(error)
        writer.integer(Int32(-1))
        writer.string("")
        writer.string("")
        writer.string(member)
        writer.count(0)
        return writer
    }

    // MARK: Assignments

    func sync(
        _ groupID: String, _ generation: Int32, _ member: String, _ instance: String?,
        _ assignments: [(member: String, assignment: ByteBuffer)], _ reply: PendingReply
    ) {
        guard var group = groups[groupID] else { return reply.send(syncRefusal(.unknownMemberID, reply)) }
        defer { groups[groupID] = group }
        if let error = group.refusal(member: member, instance: instance, generation: generation) {
            return reply.send(syncRefusal(error, reply))
        }
        switch group.state {
        case .empty: reply.send(syncRefusal(.unknownMemberID, reply))
        case .preparingRebalance: reply.send(syncRefusal(.rebalanceInProgress, reply))
        case .stable:
            keepAlive(member, &group)
            reply.send(syncAnswer(group.members[member]?.assignment ?? ByteBuffer(), reply))
        case .completingRebalance:
            keepAlive(member, &group)
            group.members[member]?.syncing = reply
            guard member == group.leader else { return }
            for entry in assignments { group.members[entry.member]?.assignment = entry.assignment }
            group.state = .stable
            for id in group.order {
                guard let waiting = group.members[id]?.syncing else { continue }
                group.members[id]?.syncing = nil
                waiting.send(syncAnswer(group.members[id]?.assignment ?? ByteBuffer(), waiting))
            }
        }
    }

    private func syncAnswer(_ assignment: ByteBuffer, _ reply: PendingReply) -> WireWriter {
        var writer = WireWriter()
        if reply.version >= 1 { writer.throttle() }
        writer.error(.none)
        writer.bytes(assignment)
        return writer
    }

    func syncRefusal(_ error: KafkaErrorCode, _ reply: PendingReply?) -> WireWriter {
        var writer = WireWriter()
        if reply?.version ?? 0 >= 1 { writer.throttle() }
        writer.error(error)
        writer.bytes(ByteBuffer())
        return writer
    }

    // MARK: Sessions

    func heartbeat(_ groupID: String, _ generation: Int32, _ member: String, _ instance: String?) -> KafkaErrorCode {
        guard var group = groups[groupID] else { return .unknownMemberID }
        defer { groups[groupID] = group }
        if let error = group.refusal(member: member, instance: instance, generation: generation) { return error }
        keepAlive(member, &group)
        return group.state == .preparingRebalance ? .rebalanceInProgress : .none
    }

    func leave(_ groupID: String, _ member: String, _ instance: String?) -> KafkaErrorCode {
        guard var group = groups[groupID] else { return .unknownMemberID }
        defer { groups[groupID] = group }
        if group.promised.remove(member) != nil {
            completeJoinIfAllAreThere(&group)
            return .none
        }
        var id = member
        if let instance {
            guard let known = group.member(ofInstance: instance) else { return .unknownMemberID }
            if !member.isEmpty, known.id != member { return .fencedInstanceID }
            id = known.id
        }
        guard group.members[id] != nil else { return .unknownMemberID }
        memberIsGone(id, &group)
        return .none
    }

    /// Restarts a member's session timeout. If the member sends no other request in time, it is removed from the group.
    private func keepAlive(_ id: String, _ group: inout Group) {
        guard var member = group.members[id] else { return }
        member.alive += 1
        group.members[id] = member
        let (name, alive) = (group.id, member.alive)
        loop.scheduleTask(in: .milliseconds(Int64(member.sessionTimeout))) { [self] in
            guard var group = groups[name], let member = group.members[id], member.alive == alive else { return }
            defer { groups[name] = group }
            // A member that waits for an answer of the broker sends no requests.
            guard member.joining == nil, member.syncing == nil else { return keepAlive(id, &group) }
            logger.info("group \(name): member \(id) has not been heard of for \(member.sessionTimeout) ms")
            memberIsGone(id, &group)
        }
    }

    /// Assigns a member id. A rebalance waits for the member to join with it, until its session timeout.
    private func promise(_ id: String, for timeout: Int32, _ group: inout Group) {
        group.promised.insert(id)
        let name = group.id
        loop.scheduleTask(in: .milliseconds(Int64(timeout))) { [self] in
            guard var group = groups[name], group.promised.remove(id) != nil else { return }
            completeJoinIfAllAreThere(&group)
            groups[name] = group
        }
    }

    private func memberIsGone(_ id: String, _ group: inout Group) {
        remove(id, from: &group)
        switch group.state {
        case .stable, .completingRebalance: beginRebalance(&group)
        default: break
        }
        completeJoinIfAllAreThere(&group)
    }

    private func remove(_ id: String, from group: inout Group) {
        guard let member = group.members.removeValue(forKey: id) else { return }
        group.order.removeAll { $0 == id }
        member.joining?.reply.send(joinRefusal(.unknownMemberID, id, member.joining?.version ?? 0))
        if let syncing = member.syncing { syncing.send(syncRefusal(.unknownMemberID, syncing)) }
    }
}
