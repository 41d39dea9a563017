import CloFormerKit
import SwiftUI

/// The answer of a model for an image, and how long it took.
struct AnswerView: View {
    let answer: Predictor.Answer
    let subject: Case

    var body: some View {
        VStack(alignment: .leading, spacing: 8) {
            switch answer.interpretation {
            case .classes(let scores):
                ForEach(scores, id: \.label) { ScoreRow(score: $0) }
            case .mask(let mask):
                ForEach(mask.shares.prefix(Self.shownShares), id: \.target) { target, share in
                    LegendRow(label: subject.bundle.labels[target], target: target, share: share)
                }
            case .boxes(let boxes):
                Text(boxes.isEmpty ? "No object found" : "Objects: \(boxes.count)")
            case .featureMaps:
                Text("This model computes feature maps for another network, which cannot be drawn.")
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

    private static let shownShares = 5
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

    private var percent: String { percentage(score.probability) }
}

/// A class of a mask: its color, and the share of the image that it covers.
private struct LegendRow: View {
    let label: String
    let target: Int
    let share: Float

    var body: some View {
        HStack {
            Circle().fill(Color(ClassColor(target: target))).frame(width: 14, height: 14)
            Text(label)
            Spacer()
            Text(percentage(share)).monospacedDigit()
        }
        .accessibilityElement(children: .ignore)
        .accessibilityLabel("\(label), \(percentage(share)) of the image")
    }
}

/// Return a share or a probability as text.
func percentage(_ fraction: Float) -> String {
    Double(fraction).formatted(.percent.precision(.fractionLength(1)))
}

/// Return a duration as text.
func milliseconds(_ nanoseconds: Int) -> String {
    let value = Double(nanoseconds) / 1e6
    return "\(value.formatted(.number.precision(.fractionLength(2)))) ms"
}
