#include "loop.h"
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static uint64_t mix(uint64_t x) {
    x += 0x9e3779b97f4a7c15ull;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

static int64_t now_us(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

int kafka_fill(const char *brokers, const char *topic, int partitions, int64_t count, int64_t per_second, int64_t time) {
    char text[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, text, sizeof(text));
    rd_kafka_conf_set(conf, "linger.ms", per_second ? "1" : "20", text, sizeof(text));
    rd_kafka_conf_set(conf, "queue.buffering.max.messages", "1000000", text, sizeof(text));
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
    if (!rk) return 1;
    rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
    int64_t begin = now_us();
    for (int64_t i = 0; i < count; i++) {
        if (per_second) {
            // In steps of a millisecond.
            while (i >= (now_us() - begin) * per_second / 1000000) {
                rd_kafka_poll(rk, 0);
                struct timespec pause = {0, 500000};
                nanosleep(&pause, NULL);
            }
        }
        uint64_t x = mix((uint64_t)i);
        int64_t ts = time > 0 ? time + i / 20 : now_us() / 1000;
        int length = snprintf(text, sizeof(text), "{\"auction\":%d,\"bidder\":%d,\"price\":%d,\"ts\":%lld}",
                              (int)(x % 10000), (int)(x >> 20 & 0xffff), (int)(x >> 40 & 0xfff), (long long)ts);
        while (rd_kafka_produce(rkt, (int32_t)(i % partitions), RD_KAFKA_MSG_F_COPY, text, length, NULL, 0, NULL) != 0) {
            if (rd_kafka_last_error() != RD_KAFKA_RESP_ERR__QUEUE_FULL) return 2;
            rd_kafka_poll(rk, 10);
        }
        if (i % 1024 == 0) rd_kafka_poll(rk, 0);
    }
    int failed = rd_kafka_flush(rk, 60000) != RD_KAFKA_RESP_ERR_NO_ERROR;
    rd_kafka_topic_destroy(rkt);
    rd_kafka_destroy(rk);
    return failed ? 3 : 0;
}

int64_t kafka_drain(const char *brokers, const char *topic, int partitions, int64_t count) {
    char text[512];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", brokers, text, sizeof(text));
    rd_kafka_conf_set(conf, "group.id", "drain", text, sizeof(text));
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof(text));
    if (!rk) return -1;
    rd_kafka_poll_set_consumer(rk);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    for (int i = 0; i < partitions; i++) rd_kafka_topic_partition_list_add(list, topic, i)->offset = 0;
    rd_kafka_assign(rk, list);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(rk);
    static rd_kafka_message_t *messages[1024];
    int64_t bytes = 0, seen = 0;
    while (seen < count) {
        ssize_t found = rd_kafka_consume_batch_queue(queue, 1000, messages, 1024);
        for (ssize_t i = 0; i < found; i++) {
            if (!messages[i]->err) {
                seen++;
                bytes += messages[i]->len;
            }
            rd_kafka_message_destroy(messages[i]);
        }
    }
    rd_kafka_queue_destroy(queue);
    rd_kafka_consumer_close(rk);
    rd_kafka_destroy(rk);
    return bytes;
}
