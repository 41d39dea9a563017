import CloFormerKit
import SwiftUI

/// Boxes around objects, each with its class and its score in the class's color; the best on top.
struct BoxOverlay: View {
    let boxes: [Box]
    let labels: [String]

    /// The size of the crop, in the pixels of the boxes' coordinates.
    let cropWidth: Int

    var body: some View {
        GeometryReader { space in
            let scale = space.size.width / CGFloat(cropWidth)
            ForEach(boxes.indices.reversed(), id: \.self) { index in
                let corners = boxes[index].corners
                outline(of: boxes[index])
                    .frame(width: CGFloat(corners.width) * scale, height: CGFloat(corners.height) * scale)
                    .position(
                        x: CGFloat(corners.left + corners.right) / 2 * scale,
                        y: CGFloat(corners.top + corners.bottom) / 2 * scale)
            }
        }
    }

    private func outline(of box: Box) -> BoxOutline {
        let isOnTheLeft = box.corners.left + box.corners.right < Float(cropWidth)
        return BoxOutline(
            color: ClassColor(target: box.target), caption: "\(labels[box.target]), \(percentage(box.score))",
            corner: isOnTheLeft ? .topLeading : .topTrailing)
    }
}

/// A rectangle with its caption in one corner; a caption longer than the box extends toward the middle of the image.
private struct BoxOutline: View {
    let color: ClassColor
    let caption: String
    let corner: Alignment

    var body: some View {
        Rectangle()
            .stroke(Color(color), lineWidth: 3)
            .overlay(alignment: corner) {
                Text(caption)
                    .font(.caption)
                    .foregroundStyle(color.isLight ? .black : .white)
                    .padding(.horizontal, 4)
                    .background(Color(color))
                    .fixedSize()
            }
            .accessibilityElement(children: .ignore)
            .accessibilityLabel(caption)
    }
}
