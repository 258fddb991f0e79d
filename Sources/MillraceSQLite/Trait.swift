#if !SQLite
    #error("MillraceSQLite needs the trait SQLite of the package millrace: .package(url: ..., traits: [\"SQLite\"])")
#endif
