package org.cloformer.core.parity

import kotlin.math.abs
import kotlin.math.log10
import kotlin.math.max
import kotlin.math.pow
import kotlin.math.sqrt

/**
 * How an artifact's logits differ from the reference's, judged by the bounds of docs/parity.md.
 *
 * @property decided images whose first class leads by more than the allowed difference: only their top-1 counts
 * @property cosine the smallest over the images
 * @property psnrDb null where the outputs are identical
 * @property sensitivity how far each image's logits are from the farthest other image's, at least; a dead graph has 0
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

/** Bounds of a precision; null where a number is only reported. */
private class Bounds(
    val allowed: Double,
    val maxAbs: Double? = null,
    val cosine: Double? = null,
    val psnrDb: Double? = null,
    val top1Agreement: Double,
    val sensitivity: Double = SENSITIVITY_FACTOR * allowed,
)

private fun boundsFor(precision: String, reference: List<FloatArray>): Bounds {
    val peak = peakOf(reference)
    val fp32 = FP32_RELATIVE * max(1.0, peak)
    val quantised = QUANTISED_COSINE[precision]
    return when {
        precision == "fp32" -> Bounds(allowed = fp32, maxAbs = fp32, cosine = FP32_COSINE, top1Agreement = 1.0)
        quantised != null -> {
            val finest = SENSITIVITY_FACTOR * errorAt(QUANTISED_COSINE.values.max(), reference)
            Bounds(errorAt(quantised, reference), cosine = quantised, top1Agreement = COARSE_TOP1, sensitivity = finest)
        }
        else -> {
            val allowed = peak * 10.0.pow(-FP16_PSNR_DB / 20)
            Bounds(allowed = allowed, psnrDb = FP16_PSNR_DB, top1Agreement = COARSE_TOP1)
        }
    }
}

/** Compares logits, one array an image; a value that is not finite fails. */
fun compare(reference: List<FloatArray>, outputs: List<FloatArray>, precision: String): Parity {
    require(reference.map { it.size } == outputs.map { it.size }) { "the outputs have another shape" }
    val bounds = boundsFor(precision, reference)
    val finite = outputs.all { row -> row.all { it.isFinite() } }
    val decided = reference.indices.filter { marginOf(reference[it]) > bounds.allowed }
    val agreeing = decided.count { argmax(reference[it]) == argmax(outputs[it]) }
    val maxAbs = reference.zip(outputs).maxOf { (a, b) -> distance(a, b) }
    val cosine = reference.zip(outputs).minOf { (a, b) -> cosineOf(a, b) }
    val psnr = psnrDb(reference, outputs)
    val top1 = if (decided.isEmpty()) 1.0 else agreeing.toDouble() / decided.size
    val sensitivity = if (outputs.size < 2) 0.0 else outputs.minOf { row -> outputs.maxOf { distance(row, it) } }
    val passed = finite && top1 >= bounds.top1Agreement &&
        (outputs.size < 2 || sensitivity >= bounds.sensitivity) &&
        (bounds.maxAbs == null || maxAbs <= bounds.maxAbs) &&
        (bounds.cosine == null || cosine >= bounds.cosine) &&
        (bounds.psnrDb == null || psnr == null || psnr >= bounds.psnrDb)
    return Parity(reference.size, decided.size, maxAbs, cosine, psnr, top1, sensitivity, passed)
}

private fun peakOf(rows: List<FloatArray>): Double = rows.maxOf { row -> row.maxOf { abs(it) } }.toDouble()

/** The error, as a root mean square, of outputs at this cosine with the reference. */
private fun errorAt(cosine: Double, reference: List<FloatArray>): Double =
    rootMeanSquare(reference) * sqrt(2 * (1 - cosine))

private fun rootMeanSquare(rows: List<FloatArray>): Double =
    sqrt(rows.sumOf { row -> row.sumOf { it.toDouble() * it } } / rows.sumOf { it.size })

private fun distance(a: FloatArray, b: FloatArray): Double = a.indices.maxOf { abs(a[it].toDouble() - b[it]) }

private fun argmax(row: FloatArray): Int = row.indices.maxBy { row[it] }

/** Distance of the first class from the second. */
private fun marginOf(row: FloatArray): Double {
    if (row.size < 2) return Double.POSITIVE_INFINITY
    val (first, second) = row.sortedDescending()
    return (first - second).toDouble()
}

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

private const val FP32_RELATIVE = 1e-4
private const val FP32_COSINE = 0.99999
private const val FP16_PSNR_DB = 40.0
private const val COARSE_TOP1 = 0.99
private val QUANTISED_COSINE = mapOf("a16w8" to 0.9995, "int8" to 0.97, "w8" to 0.995, "w6" to 0.97, "w4" to 0.7)
private const val SENSITIVITY_FACTOR = 10.0
private const val TINY = 1e-30
