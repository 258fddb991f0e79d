import MillraceTesting

/// Random numbers for tests; print the seed with what fails.
typealias TestRandom = SeededRandom
