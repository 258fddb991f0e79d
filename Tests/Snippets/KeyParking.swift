let payments: Stream<KafkaRecord<Payment>> = elided()
let retries: RetryTopic<Payment> = elided()
let rejected: SideOutput<DeadLetter<KafkaRecord<Payment>>> = elided()
