package org.cloformer.core.segment

/** The class of each pixel, row by row, at the resolution of the network's map; drawing enlarges it. */
class Mask(val width: Int, val height: Int, val targets: IntArray) {
    init {
        require(targets.size == width * height) { "${targets.size} pixels for $width x $height" }
    }

    /** Returns every class in the mask with its part of the image, the largest first; ties keep their order. */
    fun shares(): List<Share> = targets.asIterable().groupingBy { it }.eachCount()
        .map { (target, count) -> Share(target, count.toFloat() / targets.size) }
        .sortedWith(compareByDescending<Share> { it.part }.thenBy { it.target })
}

/** The [part] of an image, from 0 to 1, that the class [target] covers. */
data class Share(val target: Int, val part: Float)

/** Decodes a segmenter's output, classes x [height] x [width]: the class with the largest logit, or the first such. */
fun readMask(classMap: FloatArray, height: Int, width: Int): Mask {
    val pixels = height * width
    val largest = classMap.copyOf(pixels)
    val targets = IntArray(pixels)
    for (target in 1 until classMap.size / pixels) {
        for (pixel in 0 until pixels) {
            val logit = classMap[target * pixels + pixel]
            if (logit > largest[pixel]) {
                largest[pixel] = logit
                targets[pixel] = target
            }
        }
    }
    return Mask(width, height, targets)
}
