import CloFormerKit
import SwiftUI

/// The screen that times the chosen model as `cloformer-bench` does, and shares the record.
struct BenchmarkScreen: View {
    @Environment(AppState.self) private var state
    @State private var progress: Double?
    @State private var record: Record?
    @State private var failure: Failure?
    @State private var work: Task<Void, Never>?

    var body: some View {
        List {
            Section {
                if let progress {
                    ProgressView("Measuring", value: progress)
                    Button("Stop", role: .cancel) { work?.cancel() }
                } else {
                    Button("Measure") { start() }
                }
                ThermalRow()
            } footer: {
                Text(
                    "3 repeats: 10 warm-up, 50 timed inferences. Unplug the phone, let it cool, and do not use it."
                )
            }
            if let failure { FailureText(failure: failure) }
            if let record { results(record) }
        }
        .onDisappear { work?.cancel() }
    }

    @ViewBuilder
    private func results(_ record: Record) -> some View {
        Section("\(record.runtime.name), \(record.runtime.backend), \(record.artifact.precision)") {
            if let summary = record.summary {
                row("Median", milliseconds(summary.medianNs))
                row("90 % are faster than", milliseconds(summary.p90Ns))
                row("Fastest", milliseconds(summary.minNs))
                row("Interquartile range", milliseconds(summary.iqrNs))
                row("Noise", summary.noise.formatted(.percent.precision(.fractionLength(1))))
            }
            if let load = record.repeats.first?.load { row("Load, cold", milliseconds(load.coldNs)) }
            if let placement = record.artifact.delegation?.operators {
                ForEach(placement.keys.sorted(), id: \.self) { device in
                    row("Operators on \(device)", "\(placement[device] ?? 0)")
                }
            }
            if let hottest = record.repeats.compactMap(\.thermal?.last).last { row("Thermal state", hottest.rawValue) }
            ShareLink("Share the record", item: Self.journal)
        }
    }

    private func row(_ title: String, _ value: String) -> some View {
        LabeledContent(title, value: value).monospacedDigit()
    }

    private func start() {
        (record, failure, progress) = (nil, nil, 0)
        work = Task {
            do {
                let subject = try await state.selection.makeCase()
                let found = try await Measure.onThisPhone().benchmark(subject) { done in
                    await MainActor.run { progress = done }
                }
                try Journal(url: Self.journal).append(found)
                record = found
                failure = found.failure.map { Failure($0) }
            } catch is CancellationError {
                failure = Failure("the measurement was stopped", remedy: "measure again")
            } catch {
                failure = asFailure(error)
            }
            progress = nil
        }
    }

    private static let journal = AppState.documents.appendingPathComponent("measurements.jsonl")
}

/// The phone's thermal state, updated when it changes.
private struct ThermalRow: View {
    @State private var thermal: ThermalState?

    var body: some View {
        LabeledContent("Thermal state", value: thermal?.rawValue ?? "unknown")
            .task {
                let surroundings = PhoneSurroundings()
                while !Task.isCancelled {
                    thermal = surroundings.thermalState
                    try? await Task.sleep(for: .seconds(1))
                }
            }
    }
}
