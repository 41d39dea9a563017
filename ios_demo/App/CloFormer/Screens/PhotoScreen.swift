import CloFormerKit
import PhotosUI
import SwiftUI

/// The screen for a photo from the system's picker: the app sees no other photos and needs no permission.
struct PhotoScreen: View {
    @Environment(AppState.self) private var state
    @State private var picked: PhotosPickerItem?
    @State private var shown: UIImage?
    @State private var answer: Predictor.Answer?
    @State private var subject: Case?
    @State private var failure: Failure?

    var body: some View {
        ScrollView {
            VStack(spacing: 16) {
                PhotosPicker("Choose a photo", selection: $picked, matching: .images).buttonStyle(.borderedProminent)
                if let answer, let subject, answer.interpretation.hasPlaces {
                    CropView(answer: answer, labels: subject.bundle.labels)
                } else if let shown {
                    Image(uiImage: shown)
                        .resizable()
                        .scaledToFit()
                        .accessibilityLabel("The chosen photo")
                }
                if let failure {
                    FailureText(failure: failure)
                } else if let answer, let subject {
                    AnswerView(answer: answer, subject: subject)
                } else if picked != nil {
                    ProgressView("Running the model")
                }
            }
            .padding()
        }
        .task(id: Work(picked: picked, selection: state.selection)) { await predict() }
    }

    /// The values whose change runs the model on the photo again.
    private struct Work: Equatable {
        let picked: PhotosPickerItem?
        let selection: Selection
    }

    private func predict() async {
        guard let picked else { return }
        (answer, subject, failure) = (nil, nil, nil)
        do {
            guard let data = try await picked.loadTransferable(type: Data.self) else {
                throw Failure("the photo cannot be loaded", remedy: "wait until iCloud has downloaded it to this phone")
            }
            shown = UIImage(data: data)
            let image = try await Task.detached { try decodeImage(data) }.value
            let predictor = try await Predictor(state.selection.makeCase())
            answer = try await predictor.predict(image)
            subject = predictor.subject
        } catch {
            failure = asFailure(error)
        }
    }
}
