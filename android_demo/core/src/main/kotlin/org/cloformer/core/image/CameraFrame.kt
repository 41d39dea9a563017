package org.cloformer.core.image

/** One plane of a camera image: [rowStride] and [pixelStride] are distances in bytes. */
class Plane(val bytes: ByteArray, val rowStride: Int, val pixelStride: Int) {
    internal fun at(x: Int, y: Int): Int = bytes[y * rowStride + x * pixelStride].toInt() and 0xff
}

/** Converts a YUV 4:2:0 image (JFIF: BT.601, full range, as Android's cameras produce it) to RGB. */
fun yuvToRgb(width: Int, height: Int, y: Plane, u: Plane, v: Plane): RgbImage {
    val pixels = ByteArray(width * height * RgbImage.CHANNELS)
    var target = 0
    for (row in 0 until height) {
        for (column in 0 until width) {
            val luma = y.at(column, row)
            val blue = u.at(column / 2, row / 2) - NEUTRAL
            val red = v.at(column / 2, row / 2) - NEUTRAL
            pixels[target++] = rounded(luma + 1.402f * red)
            pixels[target++] = rounded(luma - 0.344136f * blue - 0.714136f * red)
            pixels[target++] = rounded(luma + 1.772f * blue)
        }
    }
    return RgbImage(width, height, pixels)
}

private const val NEUTRAL = 128

private fun rounded(value: Float): Byte = (value + 0.5f).toInt().coerceIn(0, 255).toByte()
