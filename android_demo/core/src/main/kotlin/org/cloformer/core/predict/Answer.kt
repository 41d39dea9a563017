package org.cloformer.core.predict

import org.cloformer.core.bundle.ArtifactFacts
import org.cloformer.core.bundle.Bundle
import org.cloformer.core.bundle.OutputKind
import org.cloformer.core.bundle.Task
import org.cloformer.core.classify.Guess
import org.cloformer.core.classify.topGuesses
import org.cloformer.core.detect.Box
import org.cloformer.core.detect.BoxReader
import org.cloformer.core.segment.Mask
import org.cloformer.core.segment.readMask

/** The answer of a network for an image, with one kind per task. */
sealed interface Answer {
    /** The most likely classes, most likely first. */
    data class Classes(val guesses: List<Guess>) : Answer

    class Segments(val mask: Mask) : Answer

    /** The objects by descending score, in pixels of the crop. */
    data class Objects(val boxes: List<Box>) : Answer
}

/** Thrown for a network that returns features, which another network may use, but which cannot be shown. */
class NothingToDraw : Exception("the bundle's outputs are features")

/** Converts an artifact's outputs, by name, to an answer. */
internal fun interface AnswerReader {
    fun read(outputs: Map<String, FloatArray>): Answer
}

/**
 * Returns the reader for the bundle's task.
 *
 * @throws NothingToDraw the task has no answer
 */
internal fun answerReader(bundle: Bundle, artifact: ArtifactFacts): AnswerReader = when (bundle.manifest.model.task) {
    Task.CLASSIFICATION -> classReader(bundle, artifact)
    Task.SEGMENTATION -> maskReader(artifact)
    Task.DETECTION -> boxReader(bundle, artifact)
    Task.FEATURES -> throw NothingToDraw()
}

private fun classReader(bundle: Bundle, artifact: ArtifactFacts): AnswerReader {
    val logits = artifact.outputOf(OutputKind.LOGITS).name
    return AnswerReader { Answer.Classes(topGuesses(it.getValue(logits), bundle.labels)) }
}

private fun maskReader(artifact: ArtifactFacts): AnswerReader {
    val map = artifact.outputOf(OutputKind.CLASS_MAP)
    val (height, width) = map.shape.takeLast(2).map { checkNotNull(it) }
    return AnswerReader { Answer.Segments(readMask(it.getValue(map.name), height, width)) }
}

private fun boxReader(bundle: Bundle, artifact: ArtifactFacts): AnswerReader {
    val (height, width) = bundle.manifest.preprocessing.crop
    val reader = BoxReader(checkNotNull(bundle.manifest.boxes), height, width)
    val classLogits = artifact.outputOf(OutputKind.CLASS_LOGITS).name
    val boxDeltas = artifact.outputOf(OutputKind.BOX_DELTAS).name
    return AnswerReader { Answer.Objects(reader.read(it.getValue(classLogits), it.getValue(boxDeltas))) }
}

/** Returns the only output of a kind; the manifest's checks have made sure that there is one. */
private fun ArtifactFacts.outputOf(kind: OutputKind) = outputs.single { it.kind == kind }
