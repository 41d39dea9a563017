import Foundation
import Testing

@testable import CloFormerKit

struct HeadlessTests {
    let small: SmallBundle
    let home: TemporaryFolder
    let answers: [[String: Tensor]]

    init() throws {
        small = try SmallBundle()
        home = try TemporaryFolder()
        answers = try small.open().goldenAnswers()
    }

    private func headless(_ kind: EngineKind? = nil) -> HeadlessRun {
        HeadlessRun(
            home: home.url, library: BundleLibrary(folders: [small.library.url]),
            kinds: [kind ?? FakeEngine.kind(answers: answers)],
            measure: Measure(surroundings: FakeSurroundings(), tool: (name: "CloFormer iOS", version: "1")))
    }

    private func ask(_ fields: String, of run: HeadlessRun? = nil) async throws -> Status {
        try home.write("requests/ask.json", fields)
        return await (run ?? headless()).run("ask")
    }

    private func records() throws -> [[String: Any]] {
        try home.read("results/ask.jsonl").split(separator: "\n").map {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as! [String: Any]
        }
    }

    @Test func aSelfTestOfEverythingIsALineAChoice() async throws {
        let status = try await ask(#"{"schema_version": 1, "kind": "self-test", "bundle": "small", "threads": 4}"#)
        #expect(status.state == .done && status.lines == 2 && status.problem == nil)
        #expect(status.choices.map(\.backend) == ["slow", "fast"] && status.device?.model == "iPhone0,0")
        #expect(try status.sha256 == SHA256.hash(home.read("results/ask.jsonl").utf8))
        let record = try records()[1]
        #expect((record["self_test"] as? [String: Any])?["passed"] as? Bool == true)
        #expect((record["runtime"] as? [String: Any])?["backend"] as? String == "fast")
        #expect((record["runtime"] as? [String: Any])?["threads"] as? Int == 4)
        #expect(try home.read("results/ask.status.json").contains("\"state\":\"done\""))
    }

    @Test func aBenchmarkIsALineARepeatAndOneForMemory() async throws {
        let asked = #"""
            {"schema_version": 1, "kind": "benchmark", "bundle": "small", "runtime": "Fake", "backend": "fast",
             "precision": "fp32", "protocol": {"name": "custom", "repeats": 3, "warm_up": 1, "samples": 5}, "repeats": [0, 2]}
            """#
        let steps = Steps()
        try home.write("requests/ask.json", asked)
        let status = await headless().run("ask") { await steps.add($0.step) }
        #expect(status.state == .done && status.lines == 3)
        let lines = try records()
        #expect(lines.map { ($0["repeats"] as? [[String: Any]])?.first?["index"] as? Int } == [0, 2, nil])
        #expect(lines[2]["memory"] != nil && Set(lines.map { $0["case"] as? String }).count == 1)
        #expect((lines[0]["tool"] as? [String: Any])?["request"] as? String == asked)
        #expect(await steps.values.contains("benchmark: Fake, fast, fp32, repeat 3 of 3"))
    }

    @Test func anInspectionRunsNothing() async throws {
        let status = try await ask(#"{"schema_version": 1, "kind": "inspect", "bundle": "small"}"#)
        #expect(status.state == .done && status.lines == 0 && status.sha256 == nil && status.choices.count == 2)
    }

    @Test func anEarlierRequestsRecordsAreRemoved() async throws {
        try home.write("results/ask.jsonl", "old\n")
        _ = try await ask(#"{"schema_version": 1, "kind": "self-test", "bundle": "small", "backend": "slow"}"#)
        #expect(try records().count == 1)
    }

    @Test func aFailureIsRecordedAndReported() async throws {
        let broken = headless(FakeEngine.kind(answers: [], failing: Failure("no such operator")))
        let status = try await ask(#"{"schema_version": 1, "kind": "benchmark", "bundle": "small"}"#, of: broken)
        #expect(status.state == .done && status.lines == 2)
        #expect(status.problem == "no such operator\nno such operator")
        #expect(try records().allSatisfy { $0["failure"] as? String == "no such operator" })
    }

    @Test(arguments: [
        ("", "this is not a request"),
        (#"{"kind": "inspect", "bundle": "small"}"#, "this is not a request: schemaVersion is missing"),
        (#"{"schema_version": 2, "kind": "inspect", "bundle": "small"}"#, "schema version 2"),
        (#"{"schema_version": 1, "kind": "dance", "bundle": "small"}"#, "this is not a request"),
        (#"{"schema_version": 1, "kind": "inspect", "bundle": "../small"}"#, "not a plain name"),
        (#"{"schema_version": 1, "kind": "inspect", "bundle": "large"}"#, "there is no bundle large: there are small"),
        (
            #"{"schema_version": 1, "kind": "self-test", "bundle": "small", "runtime": "Core ML"}"#,
            "fp32 in Fake on slow"
        ),
        (#"{"schema_version": 1, "kind": "inspect", "bundle": "small", "threads": 65}"#, "threads is 65"),
        (#"{"schema_version": 1, "kind": "inspect", "bundle": "small", "repeats": [3]}"#, "repeat 3 of 3"),
        (
            #"""
            {"schema_version": 1, "kind": "inspect", "bundle": "small",
             "protocol": {"name": "custom", "repeats": 1, "warm_up": 1, "samples": 0}}
            """#, "protocol.samples is 0"
        ),
        (
            #"""
            {"schema_version": 1, "kind": "inspect", "bundle": "small",
             "protocol": {"name": "custom", "repeats": 1, "warm_up": 1, "samples": 1, "seconds": 1e9}}
            """#, "protocol.seconds is 1000000"
        ),
    ])
    func aWrongRequestIsRefused(fields: String, message: String) async throws {
        let status = try await ask(fields)
        #expect(status.state == .failed && status.problem?.contains(message) == true, "\(status)")
        #expect(try home.read("results/ask.status.json").contains("\"state\":\"failed\""))
    }

    @Test func aMissingRequestIsReported() async {
        #expect(await headless().run("other").problem == "requests/other.json does not exist")
        #expect(await headless().run("../ask").problem == "the request's id \"../ask\" is not a plain name")
    }

    @Test func whatCannotBeWrittenIsReported() async throws {
        try home.write("results", "a file in the folder's place")
        let status = try await ask(#"{"schema_version": 1, "kind": "inspect", "bundle": "small"}"#)
        #expect(status.state == .failed && status.problem != nil)
    }

    @Test func anInterruptedRunSaysSo() async throws {
        try home.write("requests/ask.json", #"{"schema_version": 1, "kind": "benchmark", "bundle": "small"}"#)
        let run = headless()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await run.run("ask")
        }
        #expect(await task.value.state == .stopped)
        #expect(try home.read("results/ask.status.json").contains("\"state\":\"stopped\""))
    }
}

struct JournalTests {
    let home: TemporaryFolder
    let record: Record

    init() throws {
        home = try TemporaryFolder()
        let bundle = try SmallBundle().open()
        let choices = Choice.all(in: bundle, kinds: [FakeEngine.kind(answers: [])])
        record = Case(bundle: bundle, choice: choices[0], threads: 1, asked: "a test")
            .record(by: (name: "CloFormer iOS", version: "1"), on: FakeSurroundings().device, placement: nil)
    }

    @Test func theTailOfAKilledWriterIsCutOff() throws {
        let journal = Journal(url: home.url.appendingPathComponent("deep/records.jsonl"))
        try journal.append(record)
        let whole = try home.read("deep/records.jsonl")
        try home.write("deep/records.jsonl", whole + "{\"case\": \"half a li")
        try journal.append(record)
        #expect(try home.read("deep/records.jsonl") == whole + whole)
    }

    @Test func aJournalThatCannotBeWrittenIsReported() throws {
        try home.write("file", "")
        #expect(throws: Failure.self) {
            try Journal(url: home.url.appendingPathComponent("file/records.jsonl")).append(record)
        }
    }

    @Test func anUnknownNumberOfThreadsIsWrittenAsNull() throws {
        let bare = RuntimeFacts(name: "Core ML", version: "17.0.0", backend: "all", threads: nil)
        #expect(String(decoding: try JSONEncoder().encode(bare), as: UTF8.self).contains("\"threads\":null"))
    }
}

private actor Steps {
    var values: [String] = []

    func add(_ step: String) { values.append(step) }
}
