/// What an operator's closure threw, with the operator's name; the task adds partition and position.
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
