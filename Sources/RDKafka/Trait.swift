#if !Kafka
    #error("RDKafka needs the trait Kafka of the package millrace: .package(url: ..., traits: [\"Kafka\"])")
#endif
