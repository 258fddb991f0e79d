/// A node on the tape and the index of its token in the text.
struct TokenCursor {
    var node = Tape.root
    var token = 0
}
