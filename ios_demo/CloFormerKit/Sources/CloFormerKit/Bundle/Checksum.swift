import Foundation

/// Return the SHA-256 of a file, or of a folder: over the relative name and hash of each file, in sorted order.
///
/// - Throws: `Failure` if something cannot be read.
func checksum(of url: URL) throws -> String {
    guard url.isFolder else { return try checksum(ofFile: url) }
    var hash = SHA256()
    for path in try relativePaths(below: url).sorted(by: isBefore) {
        let inner = try checksum(ofFile: url.appendingPathComponent(path.joined(separator: "/")))
        hash.update("\(path.joined(separator: "/"))\n\(inner)\n".utf8)
    }
    return hash.finish()
}

private func checksum(ofFile url: URL) throws -> String {
    do {
        let file = try FileHandle(forReadingFrom: url)
        defer { try? file.close() }
        var hash = SHA256()
        while let chunk = try file.read(upToCount: 1 << 20), !chunk.isEmpty { hash.update(chunk) }
        return hash.finish()
    } catch {
        throw Failure("cannot read \(url.lastPathComponent)", remedy: "export the bundle again")
    }
}

private func relativePaths(below folder: URL) throws -> [[String]] {
    guard let found = FileManager.default.subpaths(atPath: folder.path) else {
        throw Failure("cannot list \(folder.lastPathComponent)", remedy: "export the bundle again")
    }
    return found.filter { !folder.appendingPathComponent($0).isFolder }
        .map { $0.split(separator: "/").map(String.init) }
}

/// Compare paths in Python's order: name by name and byte by byte, so that `a/b` comes before `a.txt`.
private func isBefore(_ left: [String], _ right: [String]) -> Bool {
    left.lexicographicallyPrecedes(right) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

extension URL {
    /// Whether the URL is a folder.
    var isFolder: Bool {
        var folder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &folder) && folder.boolValue
    }
}
