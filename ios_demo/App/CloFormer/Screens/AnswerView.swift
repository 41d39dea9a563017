import CloFormerKit
import SwiftUI

/// What a model said of an image, and how long it took.
struct AnswerView: View {
    let answer: Classifier.Answer
    let subject: Case

    var body: some View {
        VStack(alignment: .leading, spacing: 8) {
            switch answer.interpretation {
            case .classes(let scores):
                ForEach(scores, id: \.label) { ScoreRow(score: $0) }
            }
            Text("\(milliseconds(answer.inferenceNs)) in \(executor), \(milliseconds(answer.totalNs)) with the resize")
                .font(.caption)
                .foregroundStyle(.secondary)
        }
        .padding()
        .background(.regularMaterial, in: RoundedRectangle(cornerRadius: 12))
    }

    private var executor: String {
        subject.title
    }
}

/// A class and its probability, as a bar and as a number.
private struct ScoreRow: View {
    let score: ClassScore

    var body: some View {
        VStack(alignment: .leading, spacing: 2) {
            HStack {
                Text(score.label)
                Spacer()
                Text(percent).monospacedDigit()
            }
            ProgressView(value: Double(score.probability)).accessibilityHidden(true)
        }
        .accessibilityElement(children: .ignore)
        .accessibilityLabel("\(score.label), \(percent)")
    }

    private var percent: String {
        Double(score.probability).formatted(.percent.precision(.fractionLength(1)))
    }
}

/// A duration for people.
func milliseconds(_ nanoseconds: Int) -> String {
    let value = Double(nanoseconds) / 1e6
    return "\(value.formatted(.number.precision(.fractionLength(2)))) ms"
}
