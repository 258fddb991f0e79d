#if !Postgres
    #error(
        "MillracePostgres needs the trait Postgres of the package millrace: .package(url: ..., traits: [\"Postgres\"])")
#endif
