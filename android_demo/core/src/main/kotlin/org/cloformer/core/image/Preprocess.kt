package org.cloformer.core.image

import org.cloformer.core.bundle.Preprocessing

/** An image that cannot be preprocessed; [problem] says why. */
class ImageRefused(val problem: String) : Exception(problem)

/**
 * Resizes an upright [image] and cuts out the crop, as in steps 2 and 3 of the [contract].
 *
 * @throws ImageRefused the image is so elongated that it would be larger than any photograph after resizing
 */
fun cropOf(image: RgbImage, contract: Preprocessing): RgbImage {
    val (height, width) = resizedShape(image.height, image.width, contract.resize)
    if (height.toLong() * width > MOST_PIXELS) {
        throw ImageRefused("an image of ${image.width}x${image.height} is too elongated; cut out the part that matters")
    }
    val (cropHeight, cropWidth) = contract.crop
    val top = halfEven(height - cropHeight)
    val left = halfEven(width - cropWidth)
    return resizePart(image, width, height, left, top, cropWidth, cropHeight)
}

/** Converts pixels to the input of an artifact: C, H, W, in [0, 1], and normalized if [normalize] is true. */
fun toTensor(crop: RgbImage, contract: Preprocessing, normalize: Boolean): FloatArray {
    val plane = crop.width * crop.height
    val tensor = FloatArray(RgbImage.CHANNELS * plane)
    for (channel in 0 until RgbImage.CHANNELS) {
        val mean = if (normalize) contract.mean[channel] else 0f
        val std = if (normalize) contract.std[channel] else 1f
        for (index in 0 until plane) {
            val value = (crop.pixels[index * RgbImage.CHANNELS + channel].toInt() and 0xff) / 255f
            tensor[channel * plane + index] = (value - mean) / std
        }
    }
    return tensor
}

/** Normalizes a C, H, W tensor in [0, 1], such as a golden input. */
fun normalized(tensor: FloatArray, contract: Preprocessing): FloatArray {
    val plane = tensor.size / RgbImage.CHANNELS
    return FloatArray(tensor.size) { (tensor[it] - contract.mean[it / plane]) / contract.std[it / plane] }
}

/** Returns the smallest height and width of the same aspect ratio that cover [cover], rounded down. */
internal fun resizedShape(height: Int, width: Int, cover: List<Int>): Pair<Int, Int> {
    val (coverHeight, coverWidth) = cover.map { it.toLong() }
    val byHeight = coverHeight * width >= coverWidth * height
    val resized = if (byHeight) {
        listOf(coverHeight, maxOf(coverWidth, coverHeight * width / height))
    } else {
        listOf(maxOf(coverHeight, coverWidth * height / width), coverWidth)
    }
    val (resizedHeight, resizedWidth) = resized.map { it.coerceAtMost(Int.MAX_VALUE.toLong()).toInt() }
    return resizedHeight to resizedWidth
}

/** Returns half of a margin, with halves rounded to even as in Python. */
private fun halfEven(margin: Int): Int = Math.rint(margin / 2.0).toInt()

private const val MOST_PIXELS = 1L shl 28
