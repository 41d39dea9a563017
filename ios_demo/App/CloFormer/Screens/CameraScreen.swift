import CloFormerKit
import SwiftUI
import UIKit

/// The camera's picture with the model's answer below it, frame by frame, and masks and boxes on what it saw.
struct CameraScreen: View {
    @Environment(AppState.self) private var state
    @State private var feed = CameraFeed()
    @State private var answer: Predictor.Answer?
    @State private var subject: Case?
    @State private var failure: Failure?

    var body: some View {
        ZStack(alignment: .bottom) {
            CameraPreview(feed: feed, isRunning: subject != nil).ignoresSafeArea(edges: .horizontal)
            VStack {
                if let failure {
                    FailureText(failure: failure)
                        .padding()
                        .background(.regularMaterial, in: RoundedRectangle(cornerRadius: 12))
                } else if let answer, let subject {
                    if answer.interpretation.hasPlaces { CropView(answer: answer, labels: subject.bundle.labels) }
                    AnswerView(answer: answer, subject: subject)
                } else {
                    ProgressView("Opening the model")
                }
            }
            .padding()
        }
        .task(id: Work(selection: state.selection, isLoaded: state.isLoaded)) { await predictFrames() }
        .onReceive(memoryWarnings) { _ in
            failure = Failure("iOS is short of memory", remedy: "close other apps, then choose the model again")
        }
    }

    /// The values whose change restarts the camera.
    private struct Work: Equatable {
        let selection: Selection
        let isLoaded: Bool
    }

    /// Run until the screen disappears or the choice changes, which cancels this.
    private func predictFrames() async {
        (answer, subject, failure) = (nil, nil, nil)
        guard state.isLoaded else { return }
        defer { feed.stop() }
        do {
            let predictor = try await Predictor(state.selection.makeCase())
            let frames = try await feed.start()
            subject = predictor.subject
            for await frame in frames {
                answer = try await predictor.predict(frame)
                if Task.isCancelled || failure != nil { return }
            }
        } catch {
            failure = asFailure(error)
        }
    }

    private var memoryWarnings: NotificationCenter.Publisher {
        NotificationCenter.default.publisher(for: UIApplication.didReceiveMemoryWarningNotification)
    }
}
