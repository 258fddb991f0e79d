/// The keyed state that an operator declares, and how it is made of what older versions of its types stored.
package struct StateDeclaration: Sendable {
    package let operatorID: String
    package let states: [GraphDescription.State]
    /// By the state's name.
    package let migrations: [String: StateMigration]

    package init(operatorID: String, states: [GraphDescription.State], migrations: [String: StateMigration]) {
        self.operatorID = operatorID
        self.states = states
        self.migrations = migrations
    }
}
