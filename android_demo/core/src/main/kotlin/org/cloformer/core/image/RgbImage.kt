package org.cloformer.core.image

/** An 8-bit image: [pixels] has R, G, B of each pixel, row by row. */
class RgbImage(val width: Int, val height: Int, val pixels: ByteArray) {
    init {
        require(width > 0 && height > 0) { "an image of $width x $height" }
        val expected = width.toLong() * height * CHANNELS
        require(pixels.size.toLong() == expected) { "${pixels.size} bytes for $width x $height" }
    }

    companion object {
        const val CHANNELS = 3

        /** Returns an image of 0xAARRGGBB values, as in Android's bitmaps; alpha is dropped, not blended. */
        fun fromArgb(width: Int, height: Int, colors: IntArray): RgbImage {
            val pixels = ByteArray(Math.multiplyExact(colors.size, CHANNELS))
            for (index in colors.indices) {
                val color = colors[index]
                pixels[index * CHANNELS] = (color shr 16).toByte()
                pixels[index * CHANNELS + 1] = (color shr 8).toByte()
                pixels[index * CHANNELS + 2] = color.toByte()
            }
            return RgbImage(width, height, pixels)
        }
    }
}
