#if !CommandLine
    #error(
        "MillraceCLI needs the trait CommandLine of the package millrace: .package(url: ..., traits: [\"CommandLine\"])"
    )
#endif
