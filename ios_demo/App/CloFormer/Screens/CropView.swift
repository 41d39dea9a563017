import CloFormerKit
import SwiftUI

/// The part of the image that the network saw, with its mask or boxes.
struct CropView: View {
    let answer: Predictor.Answer

    /// The names of the classes.
    let labels: [String]

    var body: some View {
        Image(answer.crop, label: "The part of the image that the model saw")?
            .resizable()
            .scaledToFit()
            .overlay { findings }
    }

    @ViewBuilder
    private var findings: some View {
        switch answer.interpretation {
        case .mask(let mask):
            Image(mask.colored, label: "A mask in the colors of the classes")?
                .resizable()
                .interpolation(.none)
                .opacity(0.5)
        case .boxes(let boxes):
            BoxOverlay(boxes: boxes, labels: labels, cropWidth: answer.crop.width)
        case .classes, .featureMaps:
            EmptyView()
        }
    }
}

extension Interpretation {
    /// Whether the answer locates something, and so is drawn on the image.
    var hasPlaces: Bool {
        switch self {
        case .mask, .boxes: true
        case .classes, .featureMaps: false
        }
    }
}
