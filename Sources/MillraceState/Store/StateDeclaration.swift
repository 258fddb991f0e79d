/// The keyed states that an operator declares, and the migrations of what older versions of their types stored.
package struct StateDeclaration: Sendable {
    package let operatorID: String
    package let states: [GraphDescription.State]
    /// The migrations by the state's name.
    package let migrations: [String: StateMigration]

    package init(operatorID: String, states: [GraphDescription.State], migrations: [String: StateMigration]) {
        self.operatorID = operatorID
        self.states = states
        self.migrations = migrations
    }
}
