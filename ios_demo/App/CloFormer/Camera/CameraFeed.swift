import AVFoundation
import CloFormerKit
import CoreMedia

/// The back camera: frames for the model, and a session for the preview.
///
/// Frames and setup are handled on one queue; the preview belongs to the main queue.
final class CameraFeed: NSObject, AVCaptureVideoDataOutputSampleBufferDelegate, @unchecked Sendable {
    let session = AVCaptureSession()

    private let queue = DispatchQueue(label: "camera")
    private let output = AVCaptureVideoDataOutput()
    private var frames: AsyncStream<RGBImage>.Continuation?
    private var rotation: AVCaptureDevice.RotationCoordinator?
    private var observers: [NSKeyValueObservation] = []
    private weak var preview: AVCaptureVideoPreviewLayer?

    /// Start the camera and return its upright frames; if the model is slower than the camera, frames are skipped.
    ///
    /// - Throws: `Failure` if there is no camera, or the user does not allow its use.
    func start() async throws -> AsyncStream<RGBImage> {
        guard await AVCaptureDevice.requestAccess(for: .video) else {
            throw Failure("the app may not use the camera", remedy: "allow it in Settings, Privacy & Security, Camera")
        }
        let (stream, continuation) = AsyncStream.makeStream(of: RGBImage.self, bufferingPolicy: .bufferingNewest(1))
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            queue.async { done.resume(with: Result { try self.configure(continuation) }) }
        }
        return stream
    }

    func stop() {
        queue.async {
            self.session.stopRunning()
            self.frames?.finish()
            self.frames = nil
        }
    }

    /// Rotate the frames and the preview to match how the phone is held, now and whenever that changes.
    @MainActor
    func followRotation(of preview: AVCaptureVideoPreviewLayer) {
        guard rotation == nil, let device = (session.inputs.first as? AVCaptureDeviceInput)?.device else { return }
        let coordinator = AVCaptureDevice.RotationCoordinator(device: device, previewLayer: preview)
        self.preview = preview
        rotation = coordinator
        observers = [
            coordinator.observe(\.videoRotationAngleForHorizonLevelPreview, options: [.initial, .new]) {
                [weak self] _, change in
                guard let self, let angle = change.newValue else { return }
                Task { @MainActor in self.preview?.connection?.videoRotationAngle = angle }
            },
            coordinator.observe(\.videoRotationAngleForHorizonLevelCapture, options: [.initial, .new]) {
                [weak self] _, change in
                guard let self, let angle = change.newValue else { return }
                queue.async { self.output.connection(with: .video)?.videoRotationAngle = angle }
            },
        ]
    }

    func captureOutput(
        _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer, from connection: AVCaptureConnection
    ) {
        guard let frames, let pixels = CMSampleBufferGetImageBuffer(sampleBuffer) else { return }
        if let image = RGBImage(pixelBuffer: pixels) { frames.yield(image) }
    }

    private func configure(_ continuation: AsyncStream<RGBImage>.Continuation) throws {
        guard let device = AVCaptureDevice.default(.builtInWideAngleCamera, for: .video, position: .back) else {
            throw Failure("this device has no back camera", remedy: "use a photo")
        }
        frames = continuation
        if session.inputs.isEmpty {
            session.beginConfiguration()
            defer { session.commitConfiguration() }
            session.sessionPreset = .vga640x480  // about the networks' input size, and fast to resize
            let input = try AVCaptureDeviceInput(device: device)
            output.videoSettings = [kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_32BGRA]
            output.alwaysDiscardsLateVideoFrames = true
            output.setSampleBufferDelegate(self, queue: queue)
            guard session.canAddInput(input), session.canAddOutput(output) else {
                throw Failure("the camera is in use", remedy: "close the other app")
            }
            session.addInput(input)
            session.addOutput(output)
        }
        session.startRunning()
    }
}
