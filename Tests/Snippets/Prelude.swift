// What the snippets of the documentation take for granted: sample types and values. They are compiled by .ci/snippets,
// and never run. A name that means something else in one place is declared in a file of its own: those of Kafka.swift,
// for instance, are for the snippets of Sources/**/Kafka.swift.

import KafkaTestBroker
import Millrace
import MillraceFiles
import MillraceJobs
import MillraceKafka
import MillracePostgres
import MillraceSQL
import MillraceTesting
import RDKafka

/// Stands for `...`, and is the value of every sample.
func elided<Value>() -> Value { fatalError() }

/// Stands for the `...` of a closure with an argument.
func elided<Argument, Value>(_ argument: Argument) -> Value { fatalError() }

// MARK: Pipelines

var graph: Graph { elided() }
var pipeline: Pipeline { elided() }
var options: RunOptions {
    get { elided() }
    set {}
}
var states: ProcessStates<String> { elided() }
/// A folder of a test.
var folder: String { elided() }
func temporaryFolder() -> String { elided() }

/// A pipeline under test, and its input.
func turnover<S: Source, Output: Sink>(of sales: S, to output: Output) -> Pipeline
where S.Record == Sale, Output.Input == WindowResult<String, Double> {
    elided()
}
var manySales: ScriptedSource<Sale> { elided() }

// MARK: Shops

struct Order: CodableState {
    var id: Int
    var customer: String
    var user: String
    var country: String
    var total: Double
    var note: String?

    init(parsing line: String) throws { fatalError() }
}

struct Customer: CodableState {
    var id: String
    var isDeleted: Bool
}

struct Payment: CodableState {
    var id: Int
    var order: Int
    var account: Int
    var card: String
    var amount: Double
    var country: String
}

struct Sale: Codable, Sendable {
    var shop: String
    var price: Double
    var amount = 0.0
    var time = Timestamp(milliseconds: 0)
}

struct Country: CodableState {
    var code: String
    var name: String
}

struct Limit: CodableState {
    var country: String
    var amount: Double
}

struct Bill: Codable, Sendable {
    init(_ order: Order) { fatalError() }
}

struct Alert: Codable, Sendable {
    var customer: String
    var open: Int
}

struct Enriched: Sendable {
    init(_ order: Order, _ customer: Customer) { fatalError() }
}

/// A service that knows customers.
struct CustomerService: Sendable {
    func fetch(_ id: String) async throws -> Customer { elided() }
}

struct Currency: Sendable {
    var code: String
}

struct Trade: CodableState {
    var currency: String
    var amount: Double
}

struct Rate: CodableState {
    var currency: String
    var rate: Double
}

var order: Order { elided() }
var orders: Stream<Order> { elided() }
var totals: Stream<Keyed<String, Double>> { elided() }
var customers: CustomerService { elided() }
var customerChanges: Stream<Customer> { elided() }
var payments: Stream<Payment> { elided() }
var sales: Stream<Sale> { elided() }
var countries: Stream<Country> { elided() }
var limits: Stream<Limit> { elided() }
var alerts: Stream<Alert> { elided() }
var trades: Stream<Trade> { elided() }
var rates: Stream<Rate> { elided() }

// MARK: Auctions

struct Bid: Codable, Sendable {
    var auction: Int
    var price: Int
    var time: Timestamp
}

struct Total: Codable, Sendable {
    var auction: Int
    var sum: Int
}

struct Auction: CodableState {
    var id: Int
    var seller: Int
}

struct Person: CodableState {
    var id: Int
    var name: String
}

var bids: Stream<Bid> { elided() }
var auctions: Stream<Auction> { elided() }
var people: Stream<Person> { elided() }

// MARK: Flights

struct Flight: Codable, Sendable {
    var carrier: String
    var origin: String
    var tailNumber: String?
    var scheduledDeparture: Timestamp?
    /// Minutes.
    var delay: Double
    var isCancelled: Bool
}

struct DelayStatistics: Aggregate {
    struct Accumulator: BitwiseState { var flights = 0; var minutes = 0.0 }

    func create() -> Accumulator { elided() }
    func add(_ flight: Flight, to sum: inout Accumulator) {}
    func merge(_ other: Accumulator, into sum: inout Accumulator) {}
    func result(_ sum: Accumulator) -> Double { elided() }
}

struct MeanDelay: Aggregate {
    func create() -> Double { elided() }
    func add(_ flight: Flight, to sum: inout Double) {}
    func merge(_ other: Double, into sum: inout Double) {}
    func result(_ sum: Double) -> Double { elided() }
}

struct HourlyDelay: Codable, Sendable {
    init(_ statistics: WindowResult<String, Double>) { fatalError() }
}

var flights: Stream<Flight> { elided() }
var delays: Stream<HourlyDelay> { elided() }
var late: SideOutput<Flight> { elided() }

// MARK: Users and machines

struct Click: Codable, Sendable {
    var user: String
    var page: String
}

struct Visit: Codable, Sendable {
    var user: String
    var page: String
}

struct Login: CodableState {
    var user: String
    var succeeded: Bool
    var isLogout: Bool
}

struct Request: Codable, Sendable {
    var route: String
    var milliseconds: Double
}

struct Reading: CodableState {
    var sensor: Int
    var value: Double
}

struct Event: Codable, Sendable {
    var at: Timestamp
}

/// A line of a log.
struct Entry: Sendable {
    var host: String
    var at: Timestamp

    init(parsing line: String) throws { fatalError() }
}

/// A format of files.
struct PipeSeparated: FileFormat {
    let name = "pipe-separated"
    func makeDecoder(file: String) -> Fields { Fields() }
    struct Fields: FileRecordDecoder {
        mutating func decode(_ line: UnsafeRawBufferPointer) throws -> DecodedRecord<[String]> { elided() }
    }
}

var clicks: Stream<Click> { elided() }
var views: Stream<Click> { elided() }
var visits: Stream<Visit> { elided() }
var counts: Stream<Keyed<String, Int>> { elided() }
var logins: Stream<Login> { elided() }
var requests: Stream<Request> { elided() }
var readings: Stream<Reading> { elided() }
var lines: Stream<String> { elided() }

func parse(_ line: String) throws -> Order { elided() }

// MARK: Kafka

var kafka: Kafka { elided() }
var broker: KafkaTestBroker { elided() }
var rejected: SideOutput<DeadLetter<KafkaRecord<[UInt8]>>> { elided() }
/// Options of a source that shares its partitions in a group.
var shared: KafkaSourceOptions { elided() }
/// A password.
var secret: String { elided() }

// MARK: Databases and jobs

var database: PostgresDatabase { elided() }

/// What a program has of its own for its tables.
extension SQLDatabase {
    func insert(_ orders: [Order]) async throws {}
    func insert(_ order: Order) async throws {}
    func insert(_ records: [KafkaRecord<Order>]) async throws {}
    func create(_ rows: [Row]) async throws -> [EntityFailure] { elided() }
    func missing(_ job: String) async throws -> MissingEntities { elided() }
    func progress(of job: String) async throws -> JobPoll.Progress { elided() }
}

struct Row: Codable, Sendable {
    var id: Int
}

/// The values of an order's row.
func row(_ record: KafkaRecord<[UInt8]>) -> [SQLValue] { elided() }

/// An instance's name.
var name: String { elided() }
var deadline: Timestamp { elided() }

// MARK: Connectors

struct Departure: Codable, Sendable {
    var flight: String
    var gate: String
    var time: Timestamp

    init(parsing line: String) throws { fatalError() }
}

/// The client of a service that sends departures as lines, which are numbered at each terminal. What has arrived is in
/// memory.
struct DepartureFeed: Sendable {
    var isClosed: Bool { elided() }

    func connect(as client: String) async throws {}
    func close() {}
    func terminals() async throws -> [String] { elided() }
    func renamed() async throws -> [PartitionID: PartitionID] { elided() }
    func onNewTerminal(_ action: @escaping @Sendable () -> Void) {}
    func subscribe(to terminals: [String]) async throws {}
    func seek(_ terminal: String, to number: Int) async throws {}
    func onArrival(at terminal: String, _ action: @escaping @Sendable () -> Void) {}
    func received(at terminal: String, from number: Int, limit: Int) -> [String] { elided() }
    func oldest(at terminal: String) -> Int { elided() }
    func count(at terminal: String) -> Int { elided() }
    func acknowledge(_ terminal: String, before number: Int) throws {}
}

/// The client of a service that keeps objects.
struct Bucket: Sendable {
    var name: String { elided() }

    func put(_ key: String, _ bytes: [UInt8]) throws {}
    func rename(_ key: String, to other: String) throws {}
    func synchronize(_ key: String) throws {}
    func removeAll() throws {}
    func isEmpty() throws -> Bool { elided() }
    func owner() throws -> String? { elided() }
    func setOwner(_ owner: String) throws {}
    func lock(for owner: String) throws {}
    func unlock() {}
}

/// The client of a message queue whose broker confirms what it has received.
struct Queue: Sendable {
    var name: String { elided() }

    func connect(as client: String, timeout: Duration = .seconds(5)) throws -> Bool { elided() }
    func disconnect() {}
    func waitForConfirmations() throws {}
}

var queue: Queue { elided() }
var feed: DepartureFeed { elided() }
var bucket: Bucket { elided() }

// MARK: Records with a schema

struct Arrival: SchemaRecord {
    var carrier: InlineText
    var origin: String
    var delay: Double?

    static func schema(_ record: inout some FieldVisitor<Arrival>) throws -> Arrival { elided() }
}

// MARK: Kafka clients

var consumer: KafkaConsumer { elided() }
var producer: KafkaProducer { elided() }
