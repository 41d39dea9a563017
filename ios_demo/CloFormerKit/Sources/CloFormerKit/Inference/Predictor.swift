/// An open artifact that is ready for images, for the camera and photo screens.
public struct Predictor: Sendable {
    public let subject: Case
    private let engine: any Engine

    /// Open the artifact.
    ///
    /// - Throws: `Failure` if the runtime cannot open it.
    public init(_ subject: Case) async throws {
        self.subject = subject
        self.engine = try await subject.choice.kind.open(subject.prepare())
    }

    /// The answer for one image.
    public struct Answer: Equatable, Sendable {
        public let interpretation: Interpretation

        /// The part of the image that the network saw, at its resolution: masks and boxes are in its coordinates.
        public let crop: RGBImage

        /// The time in the runtime only.
        public let inferenceNs: Int

        /// The total time, including the resize.
        public let totalNs: Int
    }

    /// Run an upright image.
    ///
    /// - Throws: `Failure` if the image is too elongated, or the runtime fails.
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
