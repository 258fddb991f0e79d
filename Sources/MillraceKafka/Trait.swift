#if !Kafka
    #error("MillraceKafka needs the trait Kafka of the package millrace: .package(url: ..., traits: [\"Kafka\"])")
#endif
