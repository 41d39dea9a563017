/// An artifact that is open and ready for images: what the camera and the photo screen use.
public struct Predictor: Sendable {
    public let subject: Case
    private let engine: any Engine

    /// Open the artifact.
    ///
    /// - Throws: `Failure` where the runtime refuses it.
    public init(_ subject: Case) async throws {
        self.subject = subject
        self.engine = try await subject.choice.kind.open(subject.prepare())
    }

    /// What came of one image.
    public struct Answer: Equatable, Sendable {
        public let interpretation: Interpretation

        /// The part of the image that the network saw, at its resolution: masks and boxes are in its coordinates.
        public let crop: RGBImage

        /// Of the runtime alone.
        public let inferenceNs: Int

        /// With the resize and all else.
        public let totalNs: Int
    }

    /// Run an upright image.
    ///
    /// - Throws: `Failure` where the image is too elongated, or the runtime fails.
    public func predict(_ image: RGBImage) async throws -> Answer {
        let start = ContinuousClock.now
        let crop = try centerCrop(image, with: subject.bundle.manifest.preprocessing)
        let inference = try engine.inference(on: channelsFirst(crop))
        let (outputs, inferenceNs) = try await timing { try await inference() }
        let interpretation = try subject.bundle.interpret(outputs, of: subject.artifact)
        return Answer(
            interpretation: interpretation, crop: crop, inferenceNs: inferenceNs, totalNs: nanoseconds(since: start))
    }
}
