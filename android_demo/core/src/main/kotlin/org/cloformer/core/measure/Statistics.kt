package org.cloformer.core.measure

import kotlin.math.max
import kotlin.math.roundToLong
import kotlinx.serialization.Serializable

/** Statistics of a case's samples; [noise] is the larger of IQR and range of the repeats' medians, over the median. */
@Serializable
data class Summary(
    val samples: Int,
    val minNs: Long,
    val medianNs: Long,
    val p90Ns: Long,
    val iqrNs: Long,
    val noise: Double,
)

/** Summarizes the samples, in nanoseconds, of a case's repeats, none of them empty. */
fun summarize(repeats: List<List<Long>>): Summary {
    val samples = repeats.flatten().sorted()
    val median = quantile(samples, 0.5)
    val iqr = quantile(samples, 0.75) - quantile(samples, 0.25)
    val medians = repeats.map { quantile(it.sorted(), 0.5) }
    return Summary(
        samples = samples.size,
        minNs = samples.first(),
        medianNs = median.roundToLong(),
        p90Ns = quantile(samples, 0.9).roundToLong(),
        iqrNs = iqr.roundToLong(),
        noise = (max(iqr, medians.max() - medians.min()) / median * NOISE_DIGITS).roundToLong() / NOISE_DIGITS,
    )
}

/** Returns the [share] quantile of [sorted] values, interpolated linearly (R's type 7, NumPy's default). */
fun quantile(sorted: List<Long>, share: Double): Double {
    val position = share * (sorted.size - 1)
    val below = position.toInt()
    val above = minOf(below + 1, sorted.lastIndex)
    return sorted[below] + (position - below) * (sorted[above] - sorted[below])
}

private const val NOISE_DIGITS = 1e4
