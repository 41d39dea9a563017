import CloFormerKit
import SwiftUI
import UIKit

/// The screen while a computer drives the app: it runs the request of `--request NAME`, and shows how it ended.
struct HeadlessScreen: View {
    let request: String
    @State private var status = Status()
    @Environment(\.scenePhase) private var phase

    /// The request that the app was started with; nil if a user started the app.
    static var request: String? {
        let arguments = ProcessInfo.processInfo.arguments
        guard let flag = arguments.firstIndex(of: "--request"), flag + 1 < arguments.count else { return nil }
        return arguments[flag + 1]
    }

    var body: some View {
        VStack(spacing: 16) {
            switch status.state {
            case .running: ProgressView(status.step)
            case .done: Text("Done: \(status.lines) records")
            case .failed: FailureText(failure: Failure(status.problem ?? "it failed"))
            case .stopped: Text("Stopped")
            }
        }
        .padding()
        .task(id: phase == .background) {
            // Leaving the app cancels this, and so stops the request.
            guard phase != .background, status.state == .running else { return }
            UIApplication.shared.isIdleTimerDisabled = true  // a locked phone does not run apps
            let run = HeadlessRun(
                home: AppState.documents, library: AppState.library, kinds: Engines.all, measure: .onThisPhone())
            status = await run.run(request) { step in
                await MainActor.run { status = step }
            }
            UIApplication.shared.isIdleTimerDisabled = false
        }
    }
}
