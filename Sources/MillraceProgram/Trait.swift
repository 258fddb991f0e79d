#if !CommandLine
    #error(
        "MillraceProgram needs the trait CommandLine of the package millrace: .package(url: ..., traits: [\"CommandLine\"])"
    )
#endif
