import NIOCore

/// Dispatches requests.
extension BrokerState {
    func handle(
        _ api: KafkaAPI, _ reader: inout WireReader, client: String, _ reply: PendingReply, isKnown: Bool
    ) throws {
        switch api {
        case .apiVersions: answerVersions(reply, isKnown: isKnown)
        case .metadata: try answerMetadata(&reader, reply)
        case .produce: try produce(&reader, reply)
        case .fetch: try fetch(&reader, reply)
        case .listOffsets: try listOffsets(&reader, reply)
        case .findCoordinator: try findCoordinator(&reader, reply)
        case .joinGroup: try joinGroup(&reader, client, reply)
        case .syncGroup: try syncGroup(&reader, reply)
        case .heartbeat: try heartbeat(&reader, reply)
        case .leaveGroup: try leaveGroup(&reader, reply)
        case .describeGroups: try describeGroups(&reader, reply)
        case .listGroups: listGroups(reply)
        case .deleteGroups: try deleteGroups(&reader, reply)
        case .offsetCommit: try offsetCommit(&reader, reply)
        case .offsetFetch: try offsetFetch(&reader, reply)
        case .initProducerId: try initProducerID(&reader, reply)
        case .addPartitionsToTxn: try addPartitionsToTransaction(&reader, reply)
        case .addOffsetsToTxn: try addOffsetsToTransaction(&reader, reply)
        case .txnOffsetCommit: try transactionOffsetCommit(&reader, reply)
        case .endTxn: try endTransaction(&reader, reply)
        case .createTopics: try createTopics(&reader, reply)
        case .deleteTopics: try deleteTopics(&reader, reply)
        case .createPartitions: try createPartitions(&reader, reply)
        case .deleteRecords: try deleteRecords(&reader, reply)
        case .offsetForLeaderEpoch: try offsetForLeaderEpoch(&reader, reply)
        case .offsetDelete: try deleteOffsets(&reader, reply)
        case .describeConfigs: try describeConfigs(&reader, reply)
        }
    }

    private func answerVersions(_ reply: PendingReply, isKnown: Bool) {
        let version = isKnown ? reply.version : 0
        var writer = WireWriter(flexible: version >= 3)
        writer.error(isKnown ? .none : .unsupportedVersion)
        writer.array(KafkaAPI.allCases) { writer, api in
            writer.integer(api.rawValue)
            writer.integer(api.versions.lowerBound)
            writer.integer(api.versions.upperBound)
            writer.tags()
        }
        if version >= 1 { writer.throttle() }
        writer.tags()
        reply.send(writer)
    }

    private func answerMetadata(_ reader: inout WireReader, _ reply: PendingReply) throws {
        let version = reply.version
        let wanted = try reader.nullableArray { try $0.string() }
        let creates = version >= 4 ? try reader.bool() : true
        let names = wanted ?? topics.keys.sorted()
        if creates, configuration.autoCreateTopics, forced == nil {
            for name in names where topics[name] == nil {
                _ = createTopic(name, partitions: configuration.defaultPartitions, settings: [:])
            }
        }
        var writer = WireWriter()
        if version >= 3 { writer.throttle() }
        writer.count(1)
        writer.integer(Self.node)
        writer.string(configuration.host)
        writer.integer(Int32(port))
        writer.string(nil)
        if version >= 2 { writer.string(clusterID) }
        writer.integer(Self.node)
        writer.array(names) { writer, name in
            let topic = hiddenTopics.contains(name) ? nil : topics[name]
            writer.error(forced ?? (topic == nil ? .unknownTopicOrPartition : .none))
            writer.string(name)
            writer.bool(false)
            writer.array(0..<(topic?.partitions.count ?? 0)) { writer, partition in
                writer.error(.none)
                writer.integer(Int32(partition))
                writer.integer(Self.node)
                if version >= 7 { writer.integer(Int32(0)) }
                writer.array([Self.node]) { $0.integer($1) }
                writer.array([Self.node]) { $0.integer($1) }
                if version >= 5 { writer.count(0) }
            }
            if version >= 8 { writer.integer(Int32.min) }
        }
        if version >= 8 { writer.integer(Int32.min) }
        reply.send(writer)
    }

    /// The id of the cluster's only broker.
    static let node: Int32 = 1

    private func findCoordinator(_ reader: inout WireReader, _ reply: PendingReply) throws {
        _ = try reader.string()
        var writer = WireWriter()
        if reply.version >= 1 { writer.throttle() }
        writer.error(forced ?? .none)
        if reply.version >= 1 { writer.string(nil) }
        writer.integer(Self.node)
        writer.string(configuration.host)
        writer.integer(Int32(port))
        reply.send(writer)
    }
}
