import CloFormerKit
import SwiftUI

/// The screen that replays the golden vectors in every runtime, on all its compute units, and the preprocessing.
struct SelfTestScreen: View {
    @Environment(AppState.self) private var state
    @State private var results: [SelfTest.Result] = []
    @State private var isRunning = false

    var body: some View {
        List {
            Section {
                Button(isRunning ? "Testing" : "Test every runtime") { isRunning = true }.disabled(isRunning)
            } footer: {
                Text("The bundle contains images and the reference's outputs for them.")
            }
            ForEach(results) { ResultRow(result: $0) }
        }
        .task(id: isRunning) {
            guard isRunning else { return }
            results = []
            for await result in SelfTest.run(bundleNamed: state.selection.bundle) { results.append(result) }
            isRunning = false
        }
    }
}

private struct ResultRow: View {
    let result: SelfTest.Result

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            Label(result.name, systemImage: symbol).foregroundStyle(color)
            switch result.outcome {
            case .success(let finding): Text(finding.text).font(.caption)
            case .failure(let failure): FailureText(failure: failure)
            }
        }
        .accessibilityElement(children: .combine)
        .accessibilityValue(verdict)
    }

    private var passed: Bool? { (try? result.outcome.get()).flatMap(\.passed) }

    private var verdict: String {
        passed.map { $0 ? "passed" : "failed" } ?? "no verdict"
    }

    private var symbol: String {
        passed.map { $0 ? "checkmark.circle" : "xmark.circle" } ?? "questionmark.circle"
    }

    private var color: Color {
        passed.map { $0 ? .green : .red } ?? .secondary
    }
}
