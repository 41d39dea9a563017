import Foundation

/// The bundles in some folders: those that came with the app, and those that were pushed into its own folder.
public struct BundleLibrary: Sendable {
    private let folders: [URL]

    public init(folders: [URL]) {
        self.folders = folders
    }

    /// A folder that looks like a bundle: either a valid bundle, or the reason why it is not.
    public struct Entry: Identifiable, Sendable {
        public let name: String
        public let bundle: Result<ModelBundle, Failure>

        public var id: String { name }
    }

    /// Return every subfolder, sorted by name. Of two with the same name, the one in the earlier folder is used.
    public func entries() -> [Entry] {
        var found: [String: URL] = [:]
        for folder in folders.reversed() {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            for name in names where folder.appendingPathComponent(name).isFolder && !name.hasPrefix(".") {
                found[name] = folder.appendingPathComponent(name)
            }
        }
        return found.sorted { $0.key < $1.key }.map { name, folder in
            Entry(name: name, bundle: Result { try ModelBundle(folder: folder) }.mapError(asFailure))
        }
    }

    /// Return the bundle with a name.
    ///
    /// - Throws: `Failure` if there is no such bundle, or it is damaged.
    public func bundle(named name: String) throws -> ModelBundle {
        let entries = entries()
        guard let entry = entries.first(where: { $0.name == name }) else {
            let names = entries.map(\.name).joined(separator: ", ")
            throw Failure("there is no bundle \(name)", remedy: names.isEmpty ? "push one" : "there are \(names)")
        }
        return try entry.bundle.get()
    }
}

/// Return the error itself if it is a `Failure`, or one with its description.
public func asFailure(_ error: any Error) -> Failure {
    error as? Failure ?? Failure(error.localizedDescription)
}
