import Foundation

/// A file of records, one JSON object per line. A killed app leaves complete lines and at most one partial line.
public struct Journal: Sendable {
    public let url: URL

    public init(url: URL) {
        self.url = url
    }

    /// Append a record and wait until it is on disk. A partial line that a killed writer left is cut off first.
    ///
    /// - Throws: `Failure` if the file cannot be written.
    public func append(_ record: Record) throws {
        do {
            if !FileManager.default.fileExists(atPath: url.path) {
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data().write(to: url)
            }
            let whole = try Data(contentsOf: url).lastIndex(of: Self.lineBreak).map { $0 + 1 } ?? 0
            let file = try FileHandle(forUpdating: url)
            defer { try? file.close() }
            try file.truncate(atOffset: UInt64(whole))
            try file.seekToEnd()
            try file.write(contentsOf: Self.line(record))
            try file.synchronize()
        } catch {
            throw Failure("cannot write \(url.lastPathComponent)", remedy: "free some space, and measure again")
        }
    }

    /// Return the record as one line of JSON, with its line break.
    static func line(_ record: Record) throws -> Data {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(record) + [lineBreak]
    }

    private static let lineBreak = UInt8(ascii: "\n")
}
