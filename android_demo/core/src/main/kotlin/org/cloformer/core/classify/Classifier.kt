package org.cloformer.core.classify

import org.cloformer.core.bundle.Bundle
import org.cloformer.core.engine.Choice
import org.cloformer.core.image.RgbImage
import org.cloformer.core.image.cropOf
import org.cloformer.core.image.toTensor

/** What a network thinks of an image, most likely first, and what it took. */
data class Classified(val guesses: List<Guess>, val crop: RgbImage, val preparationNs: Long, val inferenceNs: Long)

/** A loaded network with its preprocessing and labels. Not for use by two threads at once. */
class Classifier(private val bundle: Bundle, choice: Choice, threads: Int) : AutoCloseable {
    private val session = choice.open(bundle, threads)
    private val normalize = !choice.artifact.input.normalizationInGraph

    /**
     * Classifies an upright image.
     *
     * @throws org.cloformer.core.image.ImageRefused it is too elongated
     * @throws org.cloformer.core.engine.EngineFailure the runtime failed
     */
    fun classify(image: RgbImage): Classified {
        val start = System.nanoTime()
        val crop = cropOf(image, bundle.manifest.preprocessing)
        val tensor = toTensor(crop, bundle.manifest.preprocessing, normalize)
        val prepared = System.nanoTime()
        val logits = session.run(tensor)
        val done = System.nanoTime()
        return Classified(topGuesses(logits, bundle.labels), crop, prepared - start, done - prepared)
    }

    override fun close() = session.close()
}
