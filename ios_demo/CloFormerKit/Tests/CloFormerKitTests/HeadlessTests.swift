import Foundation
import Testing

@testable import CloFormerKit

struct HeadlessTests {
    let small: SmallBundle
    let exchange: TemporaryFolder
    let run: HeadlessRun

    init() throws {
        small = try SmallBundle()
        exchange = try TemporaryFolder()
        let outputs = try small.open().golden().outputs
        run = HeadlessRun(
            folder: exchange.url, library: BundleLibrary(folders: [small.library.url]),
            kinds: [FakeEngine.kind(answers: [outputs.row(0), outputs.row(1)])],
            measure: Measure(surroundings: FakeSurroundings(), tool: (name: "CloFormer iOS", version: "1")))
    }

    private func ask(_ fields: String) async throws -> HeadlessRun.Outcome {
        try exchange.write("ask.json", fields)
        return await run.run("ask")
    }

    @Test func aRequestIsAnsweredInFiles() async throws {
        let asked = #"{"kind": "self-test", "bundle": "small", "runtime": "Fake", "precision": "fp32", "threads": 4}"#
        #expect(try await ask(asked) == HeadlessRun.Outcome(exitCode: 0, message: "done"))
        #expect(try exchange.read("ask.outcome.json").contains("\"exit_code\":0"))
        _ = try await ask(asked)
        let lines = try exchange.read("ask.jsonl").split(separator: "\n")
        #expect(lines.count == 2)
        let record = try #require(try JSONSerialization.jsonObject(with: Data(lines[1].utf8)) as? [String: Any])
        #expect(record["schema_version"] as? Int == 1)
        #expect((record["self_test"] as? [String: Any])?["passed"] as? Bool == true)
        #expect((record["runtime"] as? [String: Any])?["threads"] as? Int == 4)
    }

    @Test func aFailureIsRecordedAndReported() async throws {
        let asked = #"{"kind": "self-test", "bundle": "small", "runtime": "Fake", "precision": "fp32"}"#
        let broken = HeadlessRun(
            folder: exchange.url, library: run.library,
            kinds: [FakeEngine.kind(answers: [], failing: Failure("out of memory"))], measure: run.measure)
        try exchange.write("ask.json", asked)
        #expect(await broken.run("ask") == HeadlessRun.Outcome(exitCode: 5, message: "out of memory"))
        #expect(try exchange.read("ask.jsonl").contains("out of memory"))
    }

    @Test func wrongLogitsHaveAnExitCodeOfTheirOwn() async throws {
        let outputs = try small.open().golden().outputs
        let wrong = HeadlessRun(
            folder: exchange.url, library: run.library,
            kinds: [FakeEngine.kind(answers: [outputs.row(1), outputs.row(0)])], measure: run.measure)
        try exchange.write(
            "ask.json", #"{"kind": "self-test", "bundle": "small", "runtime": "Fake", "precision": "fp32"}"#)
        #expect(await wrong.run("ask").exitCode == 6)
    }

    @Test(arguments: [
        ("", "the request cannot be read"),
        (
            #"{"kind": "dance", "bundle": "small", "runtime": "Fake", "precision": "fp32"}"#,
            "the request cannot be read"
        ),
        (#"{"kind": "memory", "bundle": "../small", "runtime": "Fake", "precision": "fp32"}"#, "there is no bundle"),
        (#"{"kind": "memory", "bundle": "small", "runtime": "Core ML", "precision": "fp32"}"#, "it has Fake"),
        (
            #"{"kind": "benchmark", "bundle": "small", "runtime": "Fake", "precision": "fp32", "samples": 0}"#,
            "samples is 0"
        ),
        (
            #"{"kind": "benchmark", "bundle": "small", "runtime": "Fake", "precision": "fp32", "threads": 65}"#,
            "threads is 65"
        ),
    ])
    func aWrongRequestIsRefused(fields: String, message: String) async throws {
        let outcome = try await ask(fields)
        #expect(outcome.exitCode == 4 && outcome.message.contains(message), "\(outcome)")
        #expect(try exchange.read("ask.outcome.json").contains("\"exit_code\":4"))
    }

    @Test func aMissingRequestIsReported() async {
        #expect(await run.run("other").message == "there is no other.json in the app's folder")
    }

    @Test func anInterruptedRunSaysSo() async throws {
        try exchange.write(
            "ask.json", #"{"kind": "benchmark", "bundle": "small", "runtime": "Fake", "precision": "fp32"}"#)
        let run = run
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await run.run("ask")
        }
        #expect(await task.value.exitCode == 130)
    }

    @Test func theTailOfAKilledWriterIsCutOff() throws {
        let asked = Request(kind: .memory, bundle: "small", runtime: "Fake", precision: "fp32")
        let subject = try Case(asked, bundle: small.open(), kinds: run.kinds)
        let record = subject.record(by: run.measure.tool, on: FakeSurroundings().device, placement: nil)
        let journal = Journal(url: exchange.url.appendingPathComponent("deep/records.jsonl"))
        try journal.append(record)
        let whole = try exchange.read("deep/records.jsonl")
        try exchange.write("deep/records.jsonl", whole + "{\"case\": \"half a li")
        try journal.append(record)
        #expect(try exchange.read("deep/records.jsonl") == whole + whole)
    }

    @Test func aJournalThatCannotBeWrittenIsReported() throws {
        try exchange.write("file", "")
        let asked = Request(kind: .memory, bundle: "small", runtime: "Fake", precision: "fp32")
        let subject = try Case(asked, bundle: small.open(), kinds: run.kinds)
        let record = subject.record(by: run.measure.tool, on: FakeSurroundings().device, placement: nil)
        #expect(throws: Failure.self) {
            try Journal(url: exchange.url.appendingPathComponent("file/records.jsonl")).append(record)
        }
    }
}
