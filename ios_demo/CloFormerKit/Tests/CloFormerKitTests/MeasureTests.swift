import Foundation
import Testing

@testable import CloFormerKit

struct MeasureTests {
    let small: SmallBundle
    let bundle: ModelBundle
    let answers: [Tensor]

    init() throws {
        small = try SmallBundle()
        bundle = try small.open()
        let outputs = try bundle.golden().outputs
        answers = [outputs.row(0), outputs.row(1)]
    }

    private func measure(
        _ kind: Request.Kind, kinds: [EngineKind]? = nil, in surroundings: FakeSurroundings = FakeSurroundings(),
        progress: @escaping Measure.Progress = { _ in }
    ) async throws -> Record {
        let request = Request(
            kind: kind, bundle: "small", runtime: "Fake", threads: 2, precision: "fp32", warmUp: 2, samples: 20,
            repeats: 2)
        let subject = try Case(request, bundle: bundle, kinds: kinds ?? [FakeEngine.kind(answers: answers)])
        return try await Measure(surroundings: surroundings, tool: (name: "CloFormer iOS", version: "9")).run(
            subject, progress: progress)
    }

    @Test func aBenchmarkHasASampleAnInference() async throws {
        let seen = Seen()
        let record = try await measure(.benchmark, progress: { await seen.add($0) })
        #expect(record.repeats.map(\.index) == [0, 1])
        #expect(record.repeats.allSatisfy { $0.samplesNs.count == 20 && $0.samplesNs.allSatisfy { $0 > 0 } })
        #expect(record.repeats[0].thermal == [ThermalState](repeating: .fair, count: 21))
        #expect(record.summary == Summary(repeats: record.repeats.map(\.samplesNs)))
        #expect(record.artifact.delegation?.operators == ["fake": 3])
        #expect(record.runtime == RuntimeFacts(name: "Fake", version: "1.0", backend: "slow", threads: 2))
        #expect(record.protocol.name == .custom && record.protocol.warmUp == 2)
        #expect(record.selfTest == nil && record.memory == nil && record.failure == nil)
        let steps = await seen.values
        #expect(steps.last == 1 && steps == steps.sorted() && steps.count == 5)
    }

    @Test func whereTheSystemDoesNotTellThereIsNoThermalState() async throws {
        let record = try await measure(.benchmark, in: FakeSurroundings(thermalState: nil))
        #expect(record.repeats[0].thermal == nil)
    }

    @Test func theSelfTestPassesOnTheReferencesOwnLogits() async throws {
        let verdict = try #require(try await measure(.selfTest).selfTest)
        #expect(verdict == SelfTestVerdict(images: 2, maxAbs: 0, top1Agreement: 1, passed: true))
    }

    @Test func theSelfTestFailsOnWrongLogits() async throws {
        let record = try await measure(.selfTest, kinds: [FakeEngine.kind(answers: answers, wrongBy: 0.01)])
        #expect(record.selfTest?.passed == false && record.failure == nil)
    }

    @Test func theSelfTestFailsOnLogitsThatAreNotFinite() async throws {
        let record = try await measure(.selfTest, kinds: [FakeEngine.kind(answers: answers, wrongBy: .nan)])
        #expect(record.selfTest?.passed == false)
        #expect(try Journal.line(record).count > 100)  // JSON has no NaN
    }

    @Test func memoryIsMeasuredInAPassOfItsOwn() async throws {
        let record = try await measure(.memory)
        #expect(record.memory == MemoryUse(peakBytes: 20, beforeBytes: 10, method: "fake"))
        #expect(record.repeats.isEmpty && record.summary == nil)
        let untold = try await measure(.memory, in: FakeSurroundings(memory: nil))
        #expect(untold.failure == "this system does not tell a process's memory")
    }

    @Test func aRuntimeThatFailsIsARecordToo() async throws {
        let broken = FakeEngine.kind(answers: answers, failing: Failure("no such operator"))
        let record = try await measure(.benchmark, kinds: [broken])
        #expect(record.failure == "no such operator" && record.repeats.isEmpty && record.runtime.name == "Fake")
    }

    @Test func aCancelledMeasurementLeavesNoRecord() async throws {
        let request = Request(kind: .benchmark, bundle: "small", runtime: "Fake", precision: "fp32")
        let subject = try Case(request, bundle: bundle, kinds: [FakeEngine.kind(answers: answers)])
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await Measure(surroundings: FakeSurroundings(), tool: (name: "t", version: "1")).run(subject)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func aPrecisionWithoutBoundsIsNotJudged() async throws {
        var int8 = try SmallBundle()
        try int8.set("artifacts.0.precision", "int8")
        let request = Request(kind: .selfTest, bundle: "small", runtime: "Fake", precision: "int8")
        let subject = try Case(request, bundle: int8.open(), kinds: [FakeEngine.kind(answers: answers)])
        let record = try await Measure(surroundings: FakeSurroundings(), tool: (name: "t", version: "1")).run(subject)
        #expect(record.selfTest == nil && record.failure == "int8 has no bounds for golden vectors")
        #expect(record.protocol.name == .default)
    }

    @Test func whatIsAskedForMustExist() throws {
        let kinds = [FakeEngine.kind(answers: answers)]
        for (request, message) in [
            (Request(kind: .memory, bundle: "small", runtime: "Core AI", precision: "fp32"), "it has Fake"),
            (
                Request(kind: .memory, bundle: "small", runtime: "Fake", precision: "fp16"),
                "it has fp32 on fast, fp32 on slow"
            ),
            (
                Request(kind: .memory, bundle: "small", runtime: "Fake", backend: "npu", precision: "fp32"),
                "small has nothing in fp32 for Fake on npu"
            ),
        ] {
            do {
                _ = try Case(request, bundle: bundle, kinds: kinds)
                Issue.record("\(request) was accepted")
            } catch let failure as Failure {
                #expect(failure.description.contains(message), "\(failure)")
            }
        }
    }
}

private actor Seen {
    var values: [Double] = []

    func add(_ value: Double) { values.append(value) }
}
