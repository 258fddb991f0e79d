/// What the topics with notes of checkpoints are named by.
enum CheckpointTopicName {
    static let prefix = "millrace-checkpoints-"
}
