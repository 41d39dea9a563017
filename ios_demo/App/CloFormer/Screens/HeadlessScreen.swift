import CloFormerKit
import SwiftUI
import UIKit

/// Shown while a computer drives the app: it runs the case that `--request NAME` names, and says how it ended.
struct HeadlessScreen: View {
    let request: String
    @State private var outcome: HeadlessRun.Outcome?

    /// What the app was started with; nil where a person started it.
    static var request: String? {
        let arguments = ProcessInfo.processInfo.arguments
        guard let flag = arguments.firstIndex(of: "--request"), flag + 1 < arguments.count else { return nil }
        return arguments[flag + 1]
    }

    var body: some View {
        VStack(spacing: 16) {
            if let outcome {
                Text(outcome.message)
            } else {
                ProgressView("Running \(request)")
            }
        }
        .padding()
        .task {
            UIApplication.shared.isIdleTimerDisabled = true  // a locked phone runs no app
            let run = HeadlessRun(
                folder: AppState.documents, library: AppState.library, kinds: Engines.all, measure: .onThisPhone())
            outcome = await run.run(request)
            UIApplication.shared.isIdleTimerDisabled = false
        }
    }
}
