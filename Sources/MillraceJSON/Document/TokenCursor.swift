/// A place on the tape and the token of the text that belongs to it.
struct TokenCursor {
    var node = Tape.root
    var token = 0
}
