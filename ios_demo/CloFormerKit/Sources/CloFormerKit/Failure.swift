/// An error that says what went wrong and what to do about it, in words for the phone's user.
public struct Failure: Error, Equatable, CustomStringConvertible, Sendable {
    /// What is wrong, and with which file or value.
    public let problem: String

    /// What would help; nil if nothing does.
    public let remedy: String?

    public init(_ problem: String, remedy: String? = nil) {
        self.problem = problem
        self.remedy = remedy
    }

    public var description: String {
        guard let remedy else { return problem }
        return "\(problem): \(remedy)"
    }
}
