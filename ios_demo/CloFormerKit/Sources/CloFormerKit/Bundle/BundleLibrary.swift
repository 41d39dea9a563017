import Foundation

/// The bundles of some folders: those that came with the app, and those that were pushed into its own folder.
public struct BundleLibrary: Sendable {
    private let folders: [URL]

    public init(folders: [URL]) {
        self.folders = folders
    }

    /// A folder that looks like a bundle: either it is one, or it can be said what is wrong with it.
    public struct Entry: Identifiable, Sendable {
        public let name: String
        public let bundle: Result<ModelBundle, Failure>

        public var id: String { name }
    }

    /// Return every subfolder, by name. Of two with one name, the one of the earlier folder counts.
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

    /// Return the bundle of a name.
    ///
    /// - Throws: `Failure` where there is none, or it is damaged.
    public func bundle(named name: String) throws -> ModelBundle {
        let entries = entries()
        guard let entry = entries.first(where: { $0.name == name }) else {
            let names = entries.map(\.name).joined(separator: ", ")
            throw Failure("there is no bundle \(name)", remedy: names.isEmpty ? "push one" : "there are \(names)")
        }
        return try entry.bundle.get()
    }
}

/// Return the error as it is, or in the words of whoever threw it.
public func asFailure(_ error: any Error) -> Failure {
    error as? Failure ?? Failure(error.localizedDescription)
}
