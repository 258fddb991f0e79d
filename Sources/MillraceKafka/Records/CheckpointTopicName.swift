/// The common prefix of the names of checkpoint topics.
enum CheckpointTopicName {
    static let prefix = "millrace-checkpoints-"
}
