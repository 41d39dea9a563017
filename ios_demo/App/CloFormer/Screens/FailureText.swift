import CloFormerKit
import SwiftUI

/// A text that says what went wrong and what to do about it.
struct FailureText: View {
    let failure: Failure

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            Label(failure.problem, systemImage: "exclamationmark.triangle").foregroundStyle(.red)
            if let remedy = failure.remedy { Text(remedy).font(.callout) }
        }
        .accessibilityElement(children: .combine)
    }
}
