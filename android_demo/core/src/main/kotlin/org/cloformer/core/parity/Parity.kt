package org.cloformer.core.parity

import kotlin.math.abs
import kotlin.math.log10
import kotlin.math.max
import kotlin.math.pow
import kotlin.math.sqrt
import org.cloformer.core.bundle.OutputKind

/**
 * The difference between an artifact's output and the reference's, compared with the bounds of docs/parity.md.
 *
 * @property decided the number of places with classes (images, pixels, anchors) whose first class leads by more than
 *   the allowed difference: only their top-1 counts
 * @property cosine the smallest cosine over the images
 * @property psnrDb the PSNR in dB; null if the outputs are identical
 * @property sensitivity the smallest distance of an image's values from those of the farthest other image; it is 0 for
 *   a dead graph, and for a single image
 */
data class Parity(
    val images: Int,
    val decided: Int,
    val maxAbs: Double,
    val cosine: Double,
    val psnrDb: Double?,
    val top1Agreement: Double,
    val sensitivity: Double,
    val passed: Boolean,
)

/** Compares an output of [kind], one array per image, of a model with [classes]; a value that is not finite fails. */
fun compare(
    reference: List<FloatArray>,
    outputs: List<FloatArray>,
    precision: String,
    kind: OutputKind,
    classes: Int,
): Parity {
    require(reference.map { it.size } == outputs.map { it.size }) { "the outputs have another shape" }
    val bounds = boundsFor(precision, reference)
    val finite = outputs.all { row -> row.all { it.isFinite() } }
    val top1 = top1(reference, outputs, kind, classes, margin = bounds.allowed)
    val maxAbs = reference.zip(outputs).maxOf { (a, b) -> distance(a, b) }
    val cosine = reference.zip(outputs).minOf { (a, b) -> cosineOf(a, b) }
    val psnr = psnrDb(reference, outputs)
    val sensitivity = if (outputs.size < 2) 0.0 else outputs.minOf { row -> outputs.maxOf { distance(row, it) } }
    val passed = finite && top1.agreement >= bounds.top1Agreement &&
        (outputs.size < 2 || sensitivity >= bounds.sensitivity) &&
        (bounds.maxAbs == null || maxAbs <= bounds.maxAbs) &&
        (bounds.cosine == null || cosine >= bounds.cosine) &&
        (bounds.psnrDb == null || psnr == null || psnr >= bounds.psnrDb)
    return Parity(reference.size, top1.decided, maxAbs, cosine, psnr, top1.agreement, sensitivity, passed)
}

internal fun peakOf(rows: List<FloatArray>): Double = rows.maxOf { row -> row.maxOf { abs(it) } }.toDouble()

private fun distance(a: FloatArray, b: FloatArray): Double = a.indices.maxOf { abs(a[it].toDouble() - b[it]) }

private fun cosineOf(a: FloatArray, b: FloatArray): Double {
    val product = a.indices.sumOf { a[it].toDouble() * b[it] }
    val norms = sqrt(a.sumOf { it.toDouble() * it }) * sqrt(b.sumOf { it.toDouble() * it })
    return product / max(norms, TINY)
}

private fun psnrDb(reference: List<FloatArray>, outputs: List<FloatArray>): Double? {
    val squares = reference.zip(outputs).sumOf { (a, b) -> a.indices.sumOf { (a[it].toDouble() - b[it]).pow(2) } }
    val error = sqrt(squares / reference.sumOf { it.size })
    return if (error == 0.0) null else 20 * log10(max(peakOf(reference), TINY) / error)
}

private const val TINY = 1e-30
