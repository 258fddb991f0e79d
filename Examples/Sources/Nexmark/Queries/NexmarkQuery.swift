import Millrace

/// A query of the benchmark as an operator graph.
protocol NexmarkQuery {
    static func declare(_ streams: EventStreams, _ results: Results)
}

/// The queries by name.
enum Query: String, CaseIterable, Sendable {
    case q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13, q14, q15, q16, q17, q18, q19, q20, q21, q22

    var declaration: any NexmarkQuery.Type {
        switch self {
        case .q0: Q0.self
        case .q1: Q1.self
        case .q2: Q2.self
        case .q3: Q3.self
        case .q4: Q4.self
        case .q5: Q5.self
        case .q6: Q6.self
        case .q7: Q7.self
        case .q8: Q8.self
        case .q9: Q9.self
        case .q10: Q10.self
        case .q11: Q11.self
        case .q12: Q12.self
        case .q13: Q13.self
        case .q14: Q14.self
        case .q15: Q15.self
        case .q16: Q16.self
        case .q17: Q17.self
        case .q18: Q18.self
        case .q19: Q19.self
        case .q20: Q20.self
        case .q21: Q21.self
        case .q22: Q22.self
        }
    }
}
