package org.cloformer.demo.photo

import android.content.ContentResolver
import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.net.Uri
import java.io.IOException
import org.cloformer.core.image.ImageRefused
import org.cloformer.core.image.Orientation
import org.cloformer.core.image.RgbImage
import org.cloformer.core.image.exifOrientation
import org.cloformer.core.image.turned

/**
 * Reads a photo, upright: step 1 of the preprocessing contract.
 *
 * @throws ImageRefused the file is missing, not an image, or larger than any photo
 */
fun readPhoto(resolver: ContentResolver, uri: Uri): RgbImage {
    val contents = try {
        resolver.openInputStream(uri)?.use { it.readBytes() } ?: throw ImageRefused("The photo no longer exists.")
    } catch (error: IOException) {
        throw ImageRefused("The photo cannot be read: ${error.message}")
    } catch (error: SecurityException) {
        throw ImageRefused("The app is no longer allowed to read the photo: ${error.message}")
    }
    val bitmap = decode(contents) ?: throw ImageRefused("This device cannot decode the file as an image.")
    return pixelsOf(bitmap).turned(Orientation.ofExif(exifOrientation(contents)))
}

private fun decode(contents: ByteArray): Bitmap? {
    val options = BitmapFactory.Options().apply { inJustDecodeBounds = true }
    BitmapFactory.decodeByteArray(contents, 0, contents.size, options)
    options.inJustDecodeBounds = false
    options.inPremultiplied = false // the contract drops alpha; blending would darken the image
    options.inSampleSize = 1
    val pixels = options.outWidth.toLong() * options.outHeight
    while (pixels / (options.inSampleSize * options.inSampleSize) > MOST_PIXELS) options.inSampleSize *= 2
    return BitmapFactory.decodeByteArray(contents, 0, contents.size, options)
}

private fun pixelsOf(bitmap: Bitmap): RgbImage {
    val pixels = ByteArray(bitmap.width * bitmap.height * RgbImage.CHANNELS)
    val row = IntArray(bitmap.width)
    for (y in 0 until bitmap.height) {
        bitmap.getPixels(row, 0, bitmap.width, 0, y, bitmap.width, 1)
        RgbImage.fromArgb(bitmap.width, 1, row).pixels.copyInto(pixels, y * bitmap.width * RgbImage.CHANNELS)
    }
    return RgbImage(bitmap.width, bitmap.height, pixels)
}

/** The maximum number of pixels: larger photos are halved during decoding, as 16 million pixels need 112 MB. */
private const val MOST_PIXELS = 16_000_000L
