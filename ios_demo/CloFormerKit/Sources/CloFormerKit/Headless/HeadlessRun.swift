import Foundation

/// Runs request files, for `cloformer-bench ios`. ios_demo/README.md describes the protocol.
public struct HeadlessRun: Sendable {
    /// The folder that contains the folders `requests` and `results`.
    public let home: URL
    public let library: BundleLibrary
    public let kinds: [EngineKind]
    public let measure: Measure

    public init(home: URL, library: BundleLibrary, kinds: [EngineKind], measure: Measure) {
        self.home = home
        self.library = library
        self.kinds = kinds
        self.measure = measure
    }

    /// A function that is called with every status before the last.
    public typealias Watch = @Sendable (Status) async -> Void

    /// Run `requests/ID.json` and return the final status. Nothing throws: every failure is reported in that status.
    public func run(_ id: String, watch: @escaping Watch = { _ in }) async -> Status {
        guard isPlainName(id) else {
            return Status(state: .failed, problem: "the request's id \"\(id)\" is not a plain name")
        }
        var report = Report(folder: home.appendingPathComponent("results"), id: id, watch: watch)
        do {
            try report.begin()
            try await perform(id, &report)
            return try await report.publish(.done)
        } catch is CancellationError {
            return await report.end(.stopped)
        } catch {
            report.add(problem: asFailure(error).description)
            return await report.end(.failed)
        }
    }

    private func perform(_ id: String, _ report: inout Report) async throws {
        let file = home.appendingPathComponent("requests/\(id).json")
        guard let json = try? Data(contentsOf: file) else { throw Failure("requests/\(id).json does not exist") }
        let request = try Request(json: json)
        try await report.step("opening \(request.bundle)")
        let bundle = try library.bundle(named: request.bundle)
        let choices = Choice.all(in: bundle, kinds: kinds)
        report.status.choices = choices.map(\.offer)
        report.status.device = measure.surroundings.device
        let wanted = choices.filter { $0.isWanted(by: request) }
        if request.kind == .inspect { return }
        guard !wanted.isEmpty else {
            let have = choices.map { "\($0.artifact.precision) in \($0.kind.name) on \($0.backend)" }
            throw Failure(
                "nothing in \(bundle.name) matches the request",
                remedy: have.isEmpty
                    ? "this app cannot run any of its artifacts" : "it has \(have.joined(separator: ", "))")
        }
        let asked = String(decoding: json, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        for choice in wanted {
            let subject = Case(
                bundle: bundle, choice: choice, threads: request.threads, protocol: request.protocol, asked: asked)
            try await run(request, subject, &report)
        }
    }

    private func run(_ request: Request, _ subject: Case, _ report: inout Report) async throws {
        if request.kind == .selfTest {
            try await report.step("self-test: \(subject.title)")
            return try report.add(try await measure.selfTest(subject))
        }
        let repeats = request.repeats ?? Array(0..<request.protocol.repeats)
        for index in repeats {
            try await report.step("benchmark: \(subject.title), repeat \(index + 1) of \(request.protocol.repeats)")
            let record = try await measure.take(repeat: index, of: subject)
            try report.add(record)
            if record.failure != nil { return }
        }
        guard request.memory else { return }
        try await report.step("memory: \(subject.title)")
        try report.add(try await measure.memory(of: subject))
    }
}

/// Keeps the status file up to date while the records are written.
private struct Report {
    var status = Status()
    private let journal: Journal
    private let file: URL
    private let watch: HeadlessRun.Watch

    init(folder: URL, id: String, watch: @escaping HeadlessRun.Watch) {
        journal = Journal(url: folder.appendingPathComponent("\(id).jsonl"))
        file = folder.appendingPathComponent("\(id).status.json")
        self.watch = watch
    }

    /// Remove the results of an earlier request with the same name.
    func begin() throws {
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try? FileManager.default.removeItem(at: journal.url)
    }

    mutating func step(_ what: String) async throws {
        status.step = what
        _ = try await publish(.running)
    }

    mutating func add(_ record: Record) throws {
        try journal.append(record)
        status.lines += 1
        if let failure = record.failure { add(problem: failure) }
    }

    mutating func add(problem: String) {
        status.problem = [status.problem, problem].compactMap { $0 }.joined(separator: "\n")
    }

    mutating func publish(_ state: Status.State) async throws -> Status {
        status.state = state
        if state != .running {
            status.step = ""
            status.sha256 = status.lines == 0 ? nil : try checksum(of: journal.url)
        }
        do {
            try status.json.write(to: file, options: .atomic)
        } catch {
            throw Failure("cannot write \(file.lastPathComponent)", remedy: "free some space, and send it again")
        }
        await watch(status)
        return status
    }

    /// Return the final status, even if its file cannot be written.
    mutating func end(_ state: Status.State) async -> Status {
        (try? await publish(state)) ?? status
    }
}
