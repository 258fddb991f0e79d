import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/**
 * The workloads W0, W1 and W2 with Flink's DataStream API, in a cluster inside this process.
 *
 * <p>Arguments: {@code W0|W1|W2 records hashmap|rocksdb|rocksdb-full directory}. Prints one JSON object. With {@code
 * expected W records} it prints what a plain loop finds, without Flink.
 */
public final class FlinkPeer {
    static final int PARALLELISM = 2;

    /** A system property, so that the division by it is one by a constant once compiled. */
    static final long KEYS = Long.getLong("keys", 1);

    // ---- Records: an event is a tuple of key and value, which serializes faster than an object --

    public static final class CountAndSum {
        public long count;
        public long sum;
    }

    public static final class Row {
        public long key;
        public long windowEnd;
        public long count;
        public long sum;

        long hash() {
            return splitmix64(key * 31 + windowEnd + count * 7 + sum);
        }
    }

    static long splitmix64(long x) {
        x += 0x9E3779B97F4A7C15L;
        x = (x ^ (x >>> 30)) * 0xBF58476D1CE4E5B9L;
        x = (x ^ (x >>> 27)) * 0x94D049BB133111EBL;
        return x ^ (x >>> 31);
    }

    static long keyOf(long index) {
        return Long.remainderUnsigned(splitmix64(index), KEYS);
    }

    static long valueOf(long index) {
        return Long.remainderUnsigned(splitmix64(index ^ 0x5555), 1_000);
    }

    // ---- Source: two splits; split s holds the records s, s + 2, s + 4, ... ---------------------------------------

    /** What is left of a split: its next record, and the end of the input. */
    public static final class Split implements SourceSplit {
        final int number;
        final long end;
        long next;

        Split(int number, long next, long end) {
            this.number = number;
            this.next = next;
            this.end = end;
        }

        @Override
        public String splitId() {
            return Integer.toString(number);
        }
    }

    /** Also the checkpoint of the enumerator: the splits that no reader has. */
    static final class SplitsSerializer implements SimpleVersionedSerializer<List<Split>> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(List<Split> splits) throws IOException {
            var bytes = new ByteArrayOutputStream();
            var out = new DataOutputStream(bytes);
            out.writeInt(splits.size());
            for (Split split : splits) {
                out.writeInt(split.number);
                out.writeLong(split.next);
                out.writeLong(split.end);
            }
            return bytes.toByteArray();
        }

        @Override
        public List<Split> deserialize(int version, byte[] bytes) throws IOException {
            var in = new DataInputStream(new ByteArrayInputStream(bytes));
            var splits = new ArrayList<Split>();
            for (int left = in.readInt(); left > 0; left--) {
                splits.add(new Split(in.readInt(), in.readLong(), in.readLong()));
            }
            return splits;
        }
    }

    static final class SplitSerializer implements SimpleVersionedSerializer<Split> {
        private final SplitsSerializer list = new SplitsSerializer();

        @Override
        public int getVersion() {
            return list.getVersion();
        }

        @Override
        public byte[] serialize(Split split) throws IOException {
            return list.serialize(List.of(split));
        }

        @Override
        public Split deserialize(int version, byte[] bytes) throws IOException {
            return list.deserialize(version, bytes).get(0);
        }
    }

    static final class GeneratorSource implements Source<Tuple2<Long, Long>, Split, List<Split>> {
        private final long records;

        GeneratorSource(long records) {
            this.records = records;
        }

        @Override
        public Boundedness getBoundedness() {
            return Boundedness.CONTINUOUS_UNBOUNDED; // stream it; the readers end it all the same
        }

        @Override
        public SplitEnumerator<Split, List<Split>> createEnumerator(SplitEnumeratorContext<Split> context) {
            var splits = new ArrayList<Split>();
            for (int number = 0; number < PARALLELISM; number++) {
                splits.add(new Split(number, number, records));
            }
            return new Enumerator(context, splits);
        }

        @Override
        public SplitEnumerator<Split, List<Split>> restoreEnumerator(
                SplitEnumeratorContext<Split> context, List<Split> splits) {
            return new Enumerator(context, splits);
        }

        @Override
        public SimpleVersionedSerializer<Split> getSplitSerializer() {
            return new SplitSerializer();
        }

        @Override
        public SimpleVersionedSerializer<List<Split>> getEnumeratorCheckpointSerializer() {
            return new SplitsSerializer();
        }

        @Override
        public SourceReader<Tuple2<Long, Long>, Split> createReader(SourceReaderContext context) {
            return new Reader(context.getIndexOfSubtask());
        }
    }

    /** Gives split s to reader s. */
    static final class Enumerator implements SplitEnumerator<Split, List<Split>> {
        private final SplitEnumeratorContext<Split> context;
        private final List<Split> pending;

        Enumerator(SplitEnumeratorContext<Split> context, List<Split> pending) {
            this.context = context;
            this.pending = new ArrayList<>(pending);
        }

        @Override
        public void addReader(int reader) {
            for (Split split : List.copyOf(pending)) {
                if (split.number % context.currentParallelism() == reader) {
                    context.assignSplit(split, reader);
                    pending.remove(split);
                }
            }
            context.signalNoMoreSplits(reader);
        }

        @Override
        public void addSplitsBack(List<Split> splits, int reader) {
            pending.addAll(splits);
        }

        @Override
        public List<Split> snapshotState(long checkpoint) {
            return List.copyOf(pending);
        }

        @Override
        public void start() {}

        @Override
        public void handleSplitRequest(int reader, String host) {}

        @Override
        public void close() {}
    }

    /** Emits a batch of records a call, through one object: Flink may take it over or copy it, object reuse is on. */
    static final class Reader implements SourceReader<Tuple2<Long, Long>, Split> {
        private static final int BATCH = 256;

        private final int subtask;
        private final ArrayDeque<Split> splits = new ArrayDeque<>();
        private final Tuple2<Long, Long> event = new Tuple2<>();
        private boolean complete;
        private CompletableFuture<Void> available = new CompletableFuture<>();

        Reader(int subtask) {
            this.subtask = subtask;
        }

        @Override
        public void start() {
            Measurement.begin();
        }

        @Override
        public InputStatus pollNext(ReaderOutput<Tuple2<Long, Long>> output) {
            Split split = splits.peek();
            if (split == null) {
                return complete ? InputStatus.END_OF_INPUT : InputStatus.NOTHING_AVAILABLE;
            }
            SourceOutput<Tuple2<Long, Long>> out = output.createOutputForSplit(split.splitId());
            long index = split.next;
            for (int left = BATCH; left > 0 && index < split.end; left--) {
                event.f0 = keyOf(index);
                event.f1 = valueOf(index);
                out.collect(event, index / 100);
                index += PARALLELISM;
            }
            split.next = index;
            if (index >= split.end) {
                output.releaseOutputForSplit(split.splitId());
                splits.remove();
            }
            return InputStatus.MORE_AVAILABLE;
        }

        @Override
        public List<Split> snapshotState(long checkpoint) {
            var copies = new ArrayList<Split>();
            for (Split split : splits) {
                copies.add(new Split(split.number, split.next, split.end));
            }
            return copies;
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return available;
        }

        @Override
        public void addSplits(List<Split> added) {
            splits.addAll(added);
            available.complete(null);
        }

        @Override
        public void notifyNoMoreSplits() {
            complete = true;
            available.complete(null);
        }

        @Override
        public void notifyCheckpointComplete(long checkpoint) {
            if (subtask == 0) {
                Measurement.CHECKPOINTS.incrementAndGet();
            }
        }

        @Override
        public void close() {}
    }

    // ---- Workloads -----------------------------------------------------------------------------------------------

    static void w0(DataStream<Tuple2<Long, Long>> events) {
        events.map(event -> event.f1 * 2)
                .returns(Types.LONG)
                .filter(value -> value % 3 == 0)
                .sinkTo(new CountSink());
    }

    static void w1(DataStream<Tuple2<Long, Long>> events) {
        events.keyBy(event -> event.f0, Types.LONG).process(new Totals()).sinkTo(new LastRowSink());
    }

    static final class Totals extends KeyedProcessFunction<Long, Tuple2<Long, Long>, Row> {
        private transient ValueState<CountAndSum> state;
        private transient Row row;

        @Override
        public void open(OpenContext context) {
            state = getRuntimeContext().getState(new ValueStateDescriptor<>("total", CountAndSum.class));
            row = new Row();
        }

        @Override
        public void processElement(Tuple2<Long, Long> event, Context context, Collector<Row> out) throws Exception {
            CountAndSum total = state.value();
            if (total == null) {
                total = new CountAndSum();
            }
            total.count += 1;
            total.sum += event.f1;
            state.update(total);
            row.key = event.f0;
            row.count = total.count;
            row.sum = total.sum;
            out.collect(row);
        }
    }

    static void w2(DataStream<Tuple2<Long, Long>> events) {
        events.keyBy(event -> event.f0, Types.LONG)
                .window(TumblingEventTimeWindows.of(Duration.ofSeconds(10)))
                .aggregate(new Aggregate(), new ToRow())
                .sinkTo(new HashSink());
    }

    static final class Aggregate implements AggregateFunction<Tuple2<Long, Long>, CountAndSum, CountAndSum> {
        @Override
        public CountAndSum createAccumulator() {
            return new CountAndSum();
        }

        @Override
        public CountAndSum add(Tuple2<Long, Long> event, CountAndSum total) {
            total.count += 1;
            total.sum += event.f1;
            return total;
        }

        @Override
        public CountAndSum getResult(CountAndSum total) {
            return total;
        }

        @Override
        public CountAndSum merge(CountAndSum left, CountAndSum right) {
            left.count += right.count;
            left.sum += right.sum;
            return left;
        }
    }

    static final class ToRow extends ProcessWindowFunction<CountAndSum, Row, Long, TimeWindow> {
        @Override
        public void process(Long key, Context context, Iterable<CountAndSum> totals, Collector<Row> out) {
            CountAndSum total = totals.iterator().next();
            Row row = new Row();
            row.key = key;
            row.windowEnd = context.window().getEnd();
            row.count = total.count;
            row.sum = total.sum;
            out.collect(row);
        }
    }

    // ---- Sinks: each writer keeps its own tally and hands it in when it ends --------------------------------------

    abstract static class TallyWriter<T> implements SinkWriter<T> {
        long checksum;
        long rows;

        /** For what can only be computed from the last rows. */
        void finish() {}

        @Override
        public void flush(boolean endOfInput) {
            if (endOfInput) {
                finish();
                Measurement.add(checksum, rows);
            }
        }

        @Override
        public void close() {}
    }

    static final class CountSink implements Sink<Long> {
        @Override
        public SinkWriter<Long> createWriter(WriterInitContext context) {
            return new TallyWriter<>() {
                @Override
                public void write(Long value, Context context) {
                    rows += 1;
                }
            };
        }
    }

    static final class HashSink implements Sink<Row> {
        @Override
        public SinkWriter<Row> createWriter(WriterInitContext context) {
            return new TallyWriter<>() {
                @Override
                public void write(Row row, Context context) {
                    checksum ^= row.hash();
                    rows += 1;
                }
            };
        }
    }

    /** Remembers the last row of each key, in arrays, for the checksum. */
    static final class LastRowSink implements Sink<Row> {
        @Override
        public SinkWriter<Row> createWriter(WriterInitContext context) {
            return new TallyWriter<>() {
                private final long[] counts = new long[(int) KEYS];
                private final long[] sums = new long[(int) KEYS];

                @Override
                public void write(Row row, Context context) {
                    counts[(int) row.key] = row.count;
                    sums[(int) row.key] = row.sum;
                }

                @Override
                void finish() {
                    var row = new Row();
                    for (int key = 0; key < KEYS; key++) {
                        if (counts[key] > 0) {
                            row.key = key;
                            row.count = counts[key];
                            row.sum = sums[key];
                            checksum ^= row.hash();
                            rows += 1;
                        }
                    }
                }
            };
        }
    }

    // ---- Measurement ---------------------------------------------------------------------------------------------

    /** From the start of the first source reader to the end of the job, which is after its last checkpoint. */
    static final class Measurement {
        static final AtomicInteger CHECKPOINTS = new AtomicInteger();
        private static final AtomicLong CHECKSUM = new AtomicLong();
        private static final AtomicLong ROWS = new AtomicLong();
        private static final AtomicInteger STARTS = new AtomicInteger();
        private static long start;
        private static long cpuStart;
        private static volatile long drained;

        static synchronized void begin() {
            if (STARTS.getAndIncrement() == 0) {
                start = System.nanoTime();
                cpuStart = cpuNanos();
            }
        }

        static void add(long checksum, long rows) {
            CHECKSUM.accumulateAndGet(checksum, (left, right) -> left ^ right);
            ROWS.addAndGet(rows);
            drained = System.nanoTime();
        }

        static long cpuNanos() {
            return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                    .getProcessCpuTime();
        }

        static double peakMegabytes() throws IOException {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmHWM:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) * 1024 / 1e6;
                }
            }
            return 0;
        }

        static void report(String workload, long records) throws IOException {
            double seconds = (System.nanoTime() - start) / 1e9;
            double cpu = (cpuNanos() - cpuStart) / 1e9;
            long checksum = workload.equals("W0") ? ROWS.get() : CHECKSUM.get();
            System.out.printf(
                    "{\"workload\": \"%s\", \"n\": %d, \"seconds\": %.3f, \"drained_s\": %.3f, \"cpu_s\": %.2f, "
                            + "\"cpu_start_s\": %.2f, \"peak_rss_mb\": %.0f, \"rows\": %d, \"checksum\": \"%s\", "
                            + "\"checkpoints\": %d, \"starts\": %d}%n",
                    workload, records, seconds, (drained - start) / 1e9, cpu, cpuStart / 1e9, peakMegabytes(),
                    ROWS.get(), text(workload, checksum), CHECKPOINTS.get(), STARTS.get() / PARALLELISM);
        }
    }

    static String text(String workload, long checksum) {
        return workload.equals("W0") ? Long.toString(checksum) : String.format("%016x", checksum);
    }

    // ---- The same by a plain loop --------------------------------------------------------------------------------

    static long expected(String workload, long records) {
        long checksum = 0;
        long[] counts = new long[(int) KEYS];
        long[] sums = new long[(int) KEYS];
        long window = 0;
        for (long index = 0; index < records; index++) {
            if (workload.equals("W0")) {
                checksum += valueOf(index) * 2 % 3 == 0 ? 1 : 0;
                continue;
            }
            if (workload.equals("W2") && index / 1_000_000 != window) {
                checksum ^= take(counts, sums, (window + 1) * 10_000);
                window = index / 1_000_000;
            }
            int key = (int) keyOf(index);
            counts[key] += 1;
            sums[key] += valueOf(index);
        }
        return checksum ^ take(counts, sums, workload.equals("W2") ? (window + 1) * 10_000 : 0);
    }

    private static long take(long[] counts, long[] sums, long windowEnd) {
        long checksum = 0;
        for (int key = 0; key < counts.length; key++) {
            if (counts[key] > 0) {
                checksum ^= splitmix64(key * 31L + windowEnd + counts[key] * 7 + sums[key]);
                counts[key] = 0;
                sums[key] = 0;
            }
        }
        return checksum;
    }

    // ---- Main ----------------------------------------------------------------------------------------------------

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("expected")) {
            System.out.println(text(arguments[1], expected(arguments[1], Long.parseLong(arguments[2]))));
            return;
        }
        String workload = arguments[0];
        long records = Long.parseLong(arguments[1]);
        var environment =
                StreamExecutionEnvironment.createLocalEnvironment(PARALLELISM, settings(arguments[2], arguments[3]));
        environment.getConfig().enableObjectReuse();
        DataStream<Tuple2<Long, Long>> events =
                environment.fromSource(
                        new GeneratorSource(records), WatermarkStrategy.forMonotonousTimestamps(), "generator",
                        Types.TUPLE(Types.LONG, Types.LONG));
        switch (workload) {
            case "W0" -> w0(events);
            case "W1" -> w1(events);
            case "W2" -> w2(events);
            default -> throw new IllegalArgumentException(workload);
        }
        environment.execute(workload);
        Measurement.report(workload, records);
    }

    /** Flink's own defaults but for what the workloads ask for, and more memory for RocksDB than a local run has. */
    static Configuration settings(String backend, String directory) {
        var settings = new Configuration();
        settings.setString("state.backend.type", backend.startsWith("rocksdb") ? "rocksdb" : backend);
        settings.setString("state.backend.rocksdb.localdir", directory + "/rocksdb");
        settings.setString("execution.checkpointing.incremental", Boolean.toString(backend.equals("rocksdb")));
        settings.setString("execution.checkpointing.interval", "1s");
        settings.setString("execution.checkpointing.mode", "EXACTLY_ONCE");
        settings.setString("execution.checkpointing.storage", "filesystem");
        settings.setString("execution.checkpointing.dir", Path.of(directory, "checkpoints").toUri().toString());
        settings.setString("io.tmp.dirs", directory);
        settings.setString("taskmanager.numberOfTaskSlots", Integer.toString(PARALLELISM));
        settings.setString("taskmanager.memory.managed.size", "1gb");
        return settings;
    }
}
