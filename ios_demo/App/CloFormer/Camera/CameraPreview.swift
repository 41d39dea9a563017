import AVFoundation
import SwiftUI
import UIKit

/// The camera's preview, which follows the phone's rotation.
struct CameraPreview: UIViewRepresentable {
    let feed: CameraFeed

    /// Whether the camera is running; the preview can only be rotated while it is.
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
            guard let preview = layer as? AVCaptureVideoPreviewLayer else { fatalError("unexpected layer class") }
            return preview
        }
    }
}
