package org.cloformer.core.parity

import org.cloformer.core.bundle.OutputKind

/**
 * The agreement of the first classes.
 *
 * @property decided the number of places where the reference's first class is clear
 * @property agreeing the number of those places where the output's first class is the same
 */
internal class Top1(val decided: Int, val agreeing: Int) {
    val agreement: Double get() = if (decided == 0) 1.0 else agreeing.toDouble() / decided
}

/** Compares every place that has [classes], such as a pixel; its first class is clear if it leads by over [margin]. */
internal fun top1(
    reference: List<FloatArray>,
    outputs: List<FloatArray>,
    kind: OutputKind,
    classes: Int,
    margin: Double,
): Top1 {
    var decided = 0
    var agreeing = 0
    for ((expected, found) in reference.zip(outputs)) {
        for (place in placesOf(kind, expected.size, classes)) {
            val first = firstClass(expected, place)
            if (leadOf(expected, place, first) <= margin) continue
            decided++
            if (firstClass(found, place) == first) agreeing++
        }
    }
    return Top1(decided, agreeing)
}

/** Returns the positions, in an image's [size] values, of the logits of each place: an image, an anchor or a pixel. */
private fun placesOf(kind: OutputKind, size: Int, classes: Int): List<IntProgression> = when (kind) {
    OutputKind.LOGITS, OutputKind.CLASS_LOGITS -> (0 until size step classes).map { it until it + classes }
    OutputKind.CLASS_MAP -> (size / classes).let { pixels -> (0 until pixels).map { it until size step pixels } }
    OutputKind.FEATURE_MAP, OutputKind.BOX_DELTAS, OutputKind.BOXES -> emptyList()
}

/** Returns the index of the largest value, or the first of several. */
private fun firstClass(values: FloatArray, place: IntProgression): Int {
    var first = place.first
    for (at in place) if (values[at] > values[first]) first = at
    return first
}

/** Returns the lead of the first class over the second. */
private fun leadOf(values: FloatArray, place: IntProgression, first: Int): Float {
    var second = Float.NEGATIVE_INFINITY
    for (at in place) if (at != first && values[at] > second) second = values[at]
    return values[first] - second
}
