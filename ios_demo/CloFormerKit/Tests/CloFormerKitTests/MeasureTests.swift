import Foundation
import Testing

@testable import CloFormerKit

struct MeasureTests {
    let small: SmallBundle
    let bundle: ModelBundle
    let answers: [[String: Tensor]]

    init() throws {
        small = try SmallBundle()
        bundle = try small.open()
        answers = try bundle.goldenAnswers()
    }

    private func subject(_ kind: EngineKind? = nil, of bundle: ModelBundle? = nil, seconds: Double = 0) throws -> Case {
        let bundle = bundle ?? self.bundle
        let choices = Choice.all(in: bundle, kinds: [kind ?? FakeEngine.kind(answers: answers)])
        return Case(
            bundle: bundle, choice: try #require(choices.first), threads: 2,
            protocol: MeasurementProtocol(name: .custom, repeats: 2, warmUp: 2, samples: 20, seconds: seconds),
            asked: "a test")
    }

    private func measure(in surroundings: FakeSurroundings = FakeSurroundings()) -> Measure {
        Measure(surroundings: surroundings, tool: (name: "CloFormer iOS", version: "9"))
    }

    @Test func aBenchmarkHasASampleAnInference() async throws {
        let seen = Seen()
        let record = try await measure().benchmark(subject()) { await seen.add($0) }
        #expect(record.repeats.map(\.index) == [0, 1])
        #expect(record.repeats.allSatisfy { $0.samplesNs.count == 20 && $0.samplesNs.allSatisfy { $0 > 0 } })
        #expect(record.repeats[0].thermal == [ThermalState](repeating: .fair, count: 21))
        #expect(record.summary == Summary(repeats: record.repeats.map(\.samplesNs)))
        #expect(record.artifact.delegation?.operators == ["fake": 3])
        #expect(record.runtime == RuntimeFacts(name: "Fake", version: "1.0", backend: "slow", threads: 2))
        #expect(record.selfTest == nil && record.memory == nil && record.failure == nil)
        let steps = await seen.values
        #expect(steps == [0.25, 0.5, 0.75, 1])
    }

    @Test func aRepeatCanBeTakenAlone() async throws {
        let record = try await measure().take(repeat: 1, of: subject())
        #expect(record.repeats.map(\.index) == [1] && record.summary?.samples == 20)
    }

    @Test func aRepeatLastsAsLongAsTheProtocolSays() async throws {
        let record = try await measure().take(repeat: 0, of: subject(seconds: 0.05))
        let samples = try #require(record.repeats.first).samplesNs
        #expect(samples.count > 20 && samples.reduce(0, +) >= 50_000_000)
    }

    @Test func whereTheSystemDoesNotTellThereIsNoThermalState() async throws {
        let record = try await measure(in: FakeSurroundings(thermalState: nil)).take(repeat: 0, of: subject())
        #expect(record.repeats[0].thermal == nil)
    }

    @Test func theSelfTestPassesOnTheReferencesOwnLogits() async throws {
        let verdict = try await measure().selfTest(subject()).selfTest
        #expect(verdict == SelfTestVerdict(images: 2, maxAbs: 0, top1Agreement: 1, passed: true))
    }

    @Test func theSelfTestFailsOnWrongLogits() async throws {
        let record = try await measure().selfTest(subject(FakeEngine.kind(answers: answers, wrongBy: 0.01)))
        #expect(record.selfTest?.passed == false && record.failure == nil)
    }

    @Test func theSelfTestFailsOnLogitsThatAreNotFinite() async throws {
        let record = try await measure().selfTest(subject(FakeEngine.kind(answers: answers, wrongBy: .nan)))
        #expect(record.selfTest?.passed == false)
        #expect(try Journal.line(record).count > 100)  // JSON has no NaN
    }

    @Test func aPrecisionWithoutBoundsIsNotJudged() async throws {
        var int2 = try SmallBundle()
        try int2.set("artifacts.0.precision", "int2")
        let record = try await measure().selfTest(subject(of: int2.open()))
        #expect(record.selfTest == nil && record.failure == "int2 has no bounds for golden vectors")
    }

    @Test func memoryIsMeasuredInAPassOfItsOwn() async throws {
        let record = try await measure().memory(of: subject())
        #expect(record.memory == MemoryUse(peakBytes: 10, beforeBytes: 10, method: "fake, every millisecond"))
        #expect(record.repeats.isEmpty && record.summary == nil)
        let untold = try await measure(in: FakeSurroundings(memory: nil)).memory(of: subject())
        #expect(untold.failure == "this system does not report a process's memory")
    }

    @Test func aRuntimeThatFailsIsARecordToo() async throws {
        let broken = try subject(FakeEngine.kind(answers: answers, failing: Failure("no such operator")))
        let record = try await measure().benchmark(broken)
        #expect(record.failure == "no such operator" && record.repeats.isEmpty && record.runtime.name == "Fake")
        #expect(record.summary == nil)
    }

    @Test func aDamagedArtifactIsARecordToo() async throws {
        try small.write("model.fake", "other".utf8)
        let record = try await measure().benchmark(subject())
        #expect(record.failure?.hasPrefix("model.fake does not match the manifest") == true)
    }

    @Test func aCancelledMeasurementLeavesNoRecord() async throws {
        let (measure, subject) = (measure(), try subject())
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await measure.benchmark(subject)
        }
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func aRuntimeWithoutThreadsGetsNone() throws {
        let single = EngineKind(
            name: "Single", version: "1", formats: ["fake"], takesThreads: false, backends: { _ in ["all"] },
            open: { _ in FakeEngine(answers: [], wrongBy: 0) })
        #expect(try subject(single).runtime.threads == nil)
    }
}

private actor Seen {
    var values: [Double] = []

    func add(_ value: Double) { values.append(value) }
}
