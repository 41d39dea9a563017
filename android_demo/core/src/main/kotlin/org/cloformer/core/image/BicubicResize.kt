package org.cloformer.core.image

import kotlin.math.abs

/**
 * Resizes to [newWidth] x [newHeight] and returns the part of the result that starts at ([left], [top]).
 *
 * This is the antialiased bicubic of Pillow 13, which the exported networks were validated with: two passes in fixed
 * point, with the kernel (a = -0.5) widened by the scale if the image shrinks. Android's own scaling does not
 * antialias. Only what the part needs is computed: the rest of an elongated image may be hundreds of megabytes.
 */
fun resizePart(image: RgbImage, newWidth: Int, newHeight: Int, left: Int, top: Int, width: Int, height: Int): RgbImage {
    require(left >= 0 && top >= 0 && left + width <= newWidth && top + height <= newHeight) { "not within the image" }
    val columns = Windows(image.width, newWidth, left, width)
    val rows = Windows(image.height, newHeight, top, height)
    // Each pass rounds, so their order matters. This is Pillow 13's order: rows first if they shrink far more.
    val rowsFirst = newHeight < image.height && image.height - newHeight > 2 * (image.width - newWidth)
    return if (rowsFirst) {
        resizeColumns(resizeRows(image, rows, firstRow = 0), columns, 0 until height)
    } else {
        resizeRows(resizeColumns(image, columns, rows.span), rows, rows.span.first)
    }
}

/** Resizes the [lines] of the image horizontally, to one pixel per window of [columns]. */
private fun resizeColumns(image: RgbImage, columns: Windows, lines: IntRange): RgbImage {
    val width = columns.start.size
    val resized = ByteArray(lines.count() * width * RgbImage.CHANNELS)
    for ((target, line) in lines.withIndex()) {
        val offset = line * image.width * RgbImage.CHANNELS
        columns.convolve(image.pixels, offset, RgbImage.CHANNELS, RgbImage.CHANNELS) { x, channel, value ->
            resized[(target * width + x) * RgbImage.CHANNELS + channel] = value
        }
    }
    return RgbImage(width, lines.count(), resized)
}

/** Resizes the image, whose first line is row [firstRow], vertically, to one line per window of [rows]. */
private fun resizeRows(image: RgbImage, rows: Windows, firstRow: Int): RgbImage {
    val stride = image.width * RgbImage.CHANNELS
    val resized = ByteArray(rows.start.size * stride)
    rows.convolve(image.pixels, -firstRow * stride, stride, stride) { y, index, value ->
        resized[y * stride + index] = value
    }
    return RgbImage(image.width, rows.start.size, resized)
}

/** The windows of input positions whose weighted sums are the output positions from [first] on. */
private class Windows(inputs: Int, outputs: Int, first: Int, count: Int) {
    val start = IntArray(count)
    private val weights = Array(count) { IntArray(0) }

    /** The range of all input positions that are used. */
    val span: IntRange get() = start.first() until start.last() + weights.last().size

    init {
        val scale = inputs.toDouble() / outputs
        val widening = maxOf(scale, 1.0)
        val narrowing = 1.0 / widening
        val support = KERNEL_SUPPORT * widening
        for (index in 0 until count) {
            val center = (first + index + 0.5) * scale
            val from = maxOf((center - support + 0.5).toInt(), 0)
            val until = minOf((center + support + 0.5).toInt(), inputs)
            val kernel = DoubleArray(until - from) { bicubic((it + from - center + 0.5) * narrowing) }
            val sum = kernel.sum()
            start[index] = from
            weights[index] = IntArray(kernel.size) { fixedPoint(kernel[it] / sum) }
        }
    }

    /** Calls [put] with each output position, the index of each of its [values] values, and the weighted sum. */
    inline fun convolve(input: ByteArray, offset: Int, stride: Int, values: Int, put: (Int, Int, Byte) -> Unit) {
        for (index in start.indices) {
            val kernel = weights[index]
            val from = offset + start[index] * stride
            for (value in 0 until values) {
                var sum = 1 shl (PRECISION_BITS - 1)
                for (tap in kernel.indices) {
                    sum += (input[from + tap * stride + value].toInt() and 0xff) * kernel[tap]
                }
                put(index, value, (sum shr PRECISION_BITS).coerceIn(0, 255).toByte())
            }
        }
    }
}

private const val KERNEL_SUPPORT = 2.0
private const val A = -0.5

/** The bits of the fraction: of 32 bits, 8 are for the value and 2 for a sum that overshoots. */
private const val PRECISION_BITS = 22

private fun bicubic(distance: Double): Double {
    val x = abs(distance)
    return when {
        x < 1 -> ((A + 2) * x - (A + 3)) * x * x + 1
        x < 2 -> (((x - 5) * x + 8) * x - 4) * A
        else -> 0.0
    }
}

/** Rounds half away from zero. */
private fun fixedPoint(weight: Double): Int = (weight * (1 shl PRECISION_BITS) + if (weight < 0) -0.5 else 0.5).toInt()
