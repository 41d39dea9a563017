package org.cloformer.core.image

/**
 * The transformation that makes stored pixels upright, numbered as in EXIF.
 *
 * [transposed] swaps rows and columns first; then the result is mirrored left to right, and top to bottom.
 */
enum class Orientation(val exif: Int, val transposed: Boolean, val mirrored: Boolean, val upsideDown: Boolean) {
    UPRIGHT(1, false, false, false),
    MIRRORED(2, false, true, false),
    ROTATED_180(3, false, true, true),
    UPSIDE_DOWN(4, false, false, true),
    TRANSPOSED(5, true, false, false),
    ROTATED_90(6, true, true, false),
    TRANSVERSED(7, true, true, true),
    ROTATED_270(8, true, false, true),
    ;

    companion object {
        /** Returns the orientation of an EXIF number; numbers outside 1 to 8 leave the image unchanged. */
        fun ofExif(number: Int): Orientation = entries.firstOrNull { it.exif == number } ?: UPRIGHT

        /** Returns the orientation of a sensor whose image must be rotated clockwise by [degrees], a multiple of 90. */
        fun clockwise(degrees: Int): Orientation = when (Math.floorMod(degrees, 360)) {
            90 -> ROTATED_90
            180 -> ROTATED_180
            270 -> ROTATED_270
            else -> UPRIGHT
        }
    }
}

fun RgbImage.turned(orientation: Orientation): RgbImage {
    if (orientation == Orientation.UPRIGHT) return this
    val newWidth = if (orientation.transposed) height else width
    val newHeight = if (orientation.transposed) width else height
    val turned = ByteArray(pixels.size)
    var target = 0
    for (y in 0 until newHeight) {
        val row = if (orientation.upsideDown) newHeight - 1 - y else y
        for (x in 0 until newWidth) {
            val column = if (orientation.mirrored) newWidth - 1 - x else x
            val pixel = if (orientation.transposed) column * width + row else row * width + column
            val source = pixel * RgbImage.CHANNELS
            pixels.copyInto(turned, target, source, source + RgbImage.CHANNELS)
            target += RgbImage.CHANNELS
        }
    }
    return RgbImage(newWidth, newHeight, turned)
}
