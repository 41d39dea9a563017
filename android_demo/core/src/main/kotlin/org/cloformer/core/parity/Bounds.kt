package org.cloformer.core.parity

import kotlin.math.max
import kotlin.math.pow
import kotlin.math.sqrt

/** The bounds of a precision, as in docs/parity.md; null means that the number is only reported. */
internal class Bounds(
    val allowed: Double,
    val maxAbs: Double? = null,
    val cosine: Double? = null,
    val psnrDb: Double? = null,
    val top1Agreement: Double,
    val sensitivity: Double = SENSITIVITY_FACTOR * allowed,
)

internal fun boundsFor(precision: String, reference: List<FloatArray>): Bounds {
    val peak = peakOf(reference)
    val fp32 = FP32_RELATIVE * max(1.0, peak)
    val quantized = QUANTIZED_COSINE[precision]
    return when {
        precision == "fp32" -> Bounds(allowed = fp32, maxAbs = fp32, cosine = FP32_COSINE, top1Agreement = 1.0)
        quantized != null -> {
            val finest = SENSITIVITY_FACTOR * errorAt(QUANTIZED_COSINE.values.max(), reference)
            Bounds(errorAt(quantized, reference), cosine = quantized, top1Agreement = COARSE_TOP1, sensitivity = finest)
        }
        else -> {
            val allowed = peak * 10.0.pow(-FP16_PSNR_DB / 20)
            Bounds(allowed = allowed, psnrDb = FP16_PSNR_DB, top1Agreement = COARSE_TOP1)
        }
    }
}

/** Returns the error, as a root mean square, of outputs at this cosine with the reference. */
private fun errorAt(cosine: Double, reference: List<FloatArray>): Double =
    rootMeanSquare(reference) * sqrt(2 * (1 - cosine))

private fun rootMeanSquare(rows: List<FloatArray>): Double =
    sqrt(rows.sumOf { row -> row.sumOf { it.toDouble() * it } } / rows.sumOf { it.size })

private const val FP32_RELATIVE = 1e-4
private const val FP32_COSINE = 0.99999
private const val FP16_PSNR_DB = 40.0
private const val COARSE_TOP1 = 0.99
private val QUANTIZED_COSINE = mapOf("a16w8" to 0.9995, "int8" to 0.97, "w8" to 0.995, "w6" to 0.97, "w4" to 0.7)
private const val SENSITIVITY_FACTOR = 10.0
