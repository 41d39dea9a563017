import AVFoundation
import SwiftUI
import UIKit

/// What the camera sees, also when the phone is turned.
struct CameraPreview: UIViewRepresentable {
    let feed: CameraFeed

    /// The connections can be turned only when the camera runs.
    let isRunning: Bool

    func makeUIView(context: Context) -> PreviewView {
        let view = PreviewView()
        view.feed = feed
        view.preview.session = feed.session
        view.preview.videoGravity = .resizeAspectFill
        view.isAccessibilityElement = true
        view.accessibilityLabel = "What the camera sees"
        return view
    }

    func updateUIView(_ view: PreviewView, context: Context) {
        view.setNeedsLayout()
    }

    /// Its layer is the preview; the layout changes whenever the phone is turned.
    final class PreviewView: UIView {
        var feed: CameraFeed?

        override class var layerClass: AnyClass { AVCaptureVideoPreviewLayer.self }

        var preview: AVCaptureVideoPreviewLayer {
            guard let preview = layer as? AVCaptureVideoPreviewLayer else { fatalError("layerClass says otherwise") }
            return preview
        }

        override func layoutSubviews() {
            super.layoutSubviews()
            feed?.followRotation(of: preview)
        }
    }
}
