extension DecodingError {
    /// A short text that says which field is wrong, and how.
    var place: String {
        switch self {
        case .keyNotFound(let key, let context):
            "\(Self.name(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "it cannot be read as JSON" : "\(Self.name(context.codingPath)) has a wrong value"
        @unknown default:
            "it cannot be decoded"
        }
    }

    private static func name(_ path: [any CodingKey]) -> String {
        path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
}
