import AVFoundation
import SwiftUI
import UIKit

/// What the camera sees, also when the phone is turned.
struct CameraPreview: UIViewRepresentable {
    let feed: CameraFeed

    /// The preview can be turned only when the camera runs.
    let isRunning: Bool

    func makeUIView(context: Context) -> PreviewView {
        let view = PreviewView()
        view.preview.session = feed.session
        view.preview.videoGravity = .resizeAspectFill
        view.isAccessibilityElement = true
        view.accessibilityLabel = "What the camera sees"
        return view
    }

    func updateUIView(_ view: PreviewView, context: Context) {
        if isRunning { feed.followRotation(of: view.preview) }
    }

    /// A view whose layer is the preview.
    final class PreviewView: UIView {
        override class var layerClass: AnyClass { AVCaptureVideoPreviewLayer.self }

        var preview: AVCaptureVideoPreviewLayer {
            guard let preview = layer as? AVCaptureVideoPreviewLayer else { fatalError("layerClass says otherwise") }
            return preview
        }
    }
}
