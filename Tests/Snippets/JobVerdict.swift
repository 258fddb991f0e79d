let ledger: JobLedger = elided()
