import NIOCore

/// Requests of group members.
extension BrokerState {
    func joinGroup(_ reader: inout WireReader, _ client: String, _ reply: PendingReply) throws {
        let version = reply.version
        let group = try reader.string()
        let session: Int32 = try reader.integer()
        let rebalance = version >= 1 ? try reader.integer(Int32.self) : session
        let member = try reader.string()
        let instance = version >= 5 ? try reader.nullableString() : nil
        let type = try reader.string()
        let protocols = try reader.array { (name: try $0.string(), metadata: try $0.bytes()) }
        join(
            JoinRequest(
                group: group, member: member, instance: instance, sessionTimeout: session, rebalanceTimeout: rebalance,
                protocolType: type, protocols: protocols, clientID: client, version: version), reply)
    }

    func syncGroup(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let group = try reader.string()
        let generation: Int32 = try reader.integer()
        let member = try reader.string()
        let instance = reply.version >= 3 ? try reader.nullableString() : nil
        let assignments = try reader.array { (member: try $0.string(), assignment: try $0.bytes()) }
        if let forced { return reply.send(syncRefusal(forced, reply)) }
        sync(group, generation, member, instance, assignments, reply)
    }

    func heartbeat(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let group = try reader.string()
        let generation: Int32 = try reader.integer()
        let member = try reader.string()
        let instance = reply.version >= 3 ? try reader.nullableString() : nil
        var writer = WireWriter()
        if reply.version >= 1 { writer.throttle() }
        writer.error(forced ?? heartbeat(group, generation, member, instance))
        reply.send(writer)
    }

    func leaveGroup(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let group = try reader.string()
        var writer = WireWriter()
        if reply.version >= 1 { writer.throttle() }
        if reply.version < 3 {
            writer.error(leave(group, try reader.string(), nil))
        } else {
            let members = try reader.array { (try $0.string(), try $0.nullableString()) }
            writer.error(.none)
            writer.array(members) { writer, member in
                writer.string(member.0)
                writer.string(member.1)
                writer.error(leave(group, member.0, member.1))
            }
        }
        reply.send(writer)
    }

    func describeGroups(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let version = reply.version
        let names = try reader.array { try $0.string() }
        var writer = WireWriter()
        if version >= 1 { writer.throttle() }
        writer.array(names) { writer, name in
            let group = groups[name]
            writer.error(.none)
            writer.string(name)
            writer.string(group?.state.rawValue ?? "Dead")
            writer.string(group?.protocolType ?? "")
            writer.string(group?.protocolName ?? "")
            let members = group?.order.compactMap { group?.members[$0] } ?? []
            writer.array(members) { writer, member in
                writer.string(member.id)
                if version >= 4 { writer.string(member.instance) }
                writer.string(member.clientID)
                writer.string("/\(configuration.host)")
                writer.bytes(member.metadata(of: group?.protocolName ?? ""))
                writer.bytes(member.assignment)
            }
            if version >= 3 { writer.integer(Int32.min) }
        }
        reply.send(writer)
    }

    func listGroups(_ reply: PendingReply) {
        var writer = WireWriter()
        if reply.version >= 1 { writer.throttle() }
        writer.error(.none)
        writer.array(groups.values.sorted { $0.id < $1.id }) { writer, group in
            writer.string(group.id)
            writer.string(group.protocolType)
        }
        reply.send(writer)
    }

    func deleteGroups(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let names = try reader.array { try $0.string() }
        var writer = WireWriter()
        writer.throttle()
        writer.array(names) { writer, name in
            writer.string(name)
            guard let group = groups[name] else { return writer.error(.groupIDNotFound) }
            guard group.members.isEmpty else { return writer.error(.nonEmptyGroup) }
            groups[name] = nil
            journal?.note(.groupRemoved(name))
            writer.error(.none)
        }
        reply.send(writer)
    }
}
