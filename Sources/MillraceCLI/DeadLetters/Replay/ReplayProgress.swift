/// Counts the records of a replay, and shows its progress.
struct ReplayProgress {
    let isDryRun: Bool
    private(set) var report = ReplayReport()
    private var note = ProgressNote()

    init(isDryRun: Bool) { self.isDryRun = isDryRun }

    mutating func sent(_ records: [ReplayedRecord]) {
        report.add(records)
        if isDryRun { for record in records { print(record.description) } }
        let (report, isDryRun) = (report, isDryRun)
        note.show(report.text(isDryRun: isDryRun))
    }

    mutating func leftOut(_ letter: ReplayPreparation.LeftOut) {
        report.addLeftOut()
        note.say("left out: \(letter.letter): \(letter.why)")
    }

    mutating func end() { note.end() }

    /// Shows what was done before a failure.
    mutating func interrupted() {
        note.say("\(report.text(isDryRun: isDryRun)) before this:")
    }
}
