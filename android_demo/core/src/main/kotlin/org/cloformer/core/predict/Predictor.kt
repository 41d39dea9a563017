package org.cloformer.core.predict

import org.cloformer.core.bundle.Bundle
import org.cloformer.core.engine.Choice
import org.cloformer.core.image.RgbImage
import org.cloformer.core.image.cropOf
import org.cloformer.core.image.toTensor

/** The answer of a network for an image, the [crop] that it saw, and the time that it took. */
class Prediction(val answer: Answer, val crop: RgbImage, val preparationNs: Long, val inferenceNs: Long)

/**
 * A loaded network with its preprocessing and postprocessing, which must not be used by two threads at once.
 *
 * @throws NothingToDraw the bundle's task has no answer
 */
class Predictor(private val bundle: Bundle, choice: Choice, threads: Int) : AutoCloseable {
    private val reader = answerReader(bundle, choice.artifact) // first, because it may throw
    private val session = choice.open(bundle, threads)
    private val normalize = !choice.artifact.input.normalizationInGraph

    /**
     * Returns the answer for an upright image.
     *
     * @throws org.cloformer.core.image.ImageRefused the image is too elongated
     * @throws org.cloformer.core.engine.EngineFailure the runtime failed
     */
    fun predict(image: RgbImage): Prediction {
        val start = System.nanoTime()
        val crop = cropOf(image, bundle.manifest.preprocessing)
        val tensor = toTensor(crop, bundle.manifest.preprocessing, normalize)
        val prepared = System.nanoTime()
        val outputs = session.run(tensor)
        val done = System.nanoTime()
        return Prediction(reader.read(outputs), crop, prepared - start, done - prepared)
    }

    override fun close() = session.close()
}
