/// An error thrown by an operator's closure, with the operator's name. The task adds partition and position
/// (`RunContext.located`).
@usableFromInline
struct OperatorFailure: Error {
    let operatorID: String
    let cause: any Error

    @usableFromInline
    init(operatorID: String, cause: any Error) {
        self.operatorID = operatorID
        self.cause = cause
    }
}
