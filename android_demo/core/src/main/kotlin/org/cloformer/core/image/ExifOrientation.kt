package org.cloformer.core.image

import java.nio.BufferUnderflowException
import java.nio.ByteBuffer
import java.nio.ByteOrder

/**
 * Reads the EXIF orientation of a JPEG or PNG file's [contents]; 1 if there is none, or if the tag is damaged.
 *
 * Android's ExifInterface reads PNG only since API 30; this is the same on every version.
 */
fun exifOrientation(contents: ByteArray): Int = try {
    exifBlock(ByteBuffer.wrap(contents))?.let(::orientationTag) ?: NO_ORIENTATION
} catch (_: BufferUnderflowException) {
    NO_ORIENTATION
} catch (_: IndexOutOfBoundsException) {
    NO_ORIENTATION
} catch (_: IllegalArgumentException) { // a position or a limit beyond the end
    NO_ORIENTATION
}

private const val NO_ORIENTATION = 1
private const val ORIENTATION_TAG = 0x0112
private const val SHORT_TYPE = 3

private const val PNG_SIGNATURE = -0x76afb1b8f2f5e5f6L
private const val PNG_EXIF_CHUNK = 0x65584966 // "eXIf"
private const val PNG_END_CHUNK = 0x49454e44 // "IEND"
private const val CHECKSUM_BYTES = 4

private const val JPEG_START = 0xffd8
private const val JPEG_APP1 = 0xffe1
private const val JPEG_SCAN = 0xffda
private const val EXIF_HEADER = 0x45786966 // "Exif", then two zeros
private const val EXIF_HEADER_BYTES = 6

private const val LITTLE_ENDIAN = 0x4949 // "II"
private const val BIG_ENDIAN = 0x4d4d // "MM"
private const val TIFF_MAGIC = 42

/** Returns the TIFF structure inside the file, or null. */
private fun exifBlock(file: ByteBuffer): ByteBuffer? = when {
    file.remaining() >= Long.SIZE_BYTES && file.getLong(0) == PNG_SIGNATURE -> pngExif(file)
    file.remaining() >= 2 && file.unsignedShort(0) == JPEG_START -> jpegExif(file)
    else -> null
}

private fun pngExif(file: ByteBuffer): ByteBuffer? {
    file.position(Long.SIZE_BYTES)
    while (true) {
        val length = file.getInt()
        when (file.getInt()) {
            PNG_EXIF_CHUNK -> return file.slice().apply { limit(length) }
            PNG_END_CHUNK -> return null
        }
        file.position(file.position() + length + CHECKSUM_BYTES)
    }
}

private fun jpegExif(file: ByteBuffer): ByteBuffer? {
    file.position(2)
    while (true) {
        val marker = file.getShort().toInt() and 0xffff
        if (marker == JPEG_SCAN || marker < 0xff00) return null
        val segment = file.position()
        val length = file.unsignedShort(segment)
        if (marker == JPEG_APP1 && length > EXIF_HEADER_BYTES + 2 && file.getInt(segment + 2) == EXIF_HEADER) {
            file.position(segment + 2 + EXIF_HEADER_BYTES)
            return file.slice().apply { limit(length - 2 - EXIF_HEADER_BYTES) }
        }
        file.position(segment + length)
    }
}

private fun orientationTag(tiff: ByteBuffer): Int? {
    when (tiff.unsignedShort(0)) {
        LITTLE_ENDIAN -> tiff.order(ByteOrder.LITTLE_ENDIAN)
        BIG_ENDIAN -> tiff.order(ByteOrder.BIG_ENDIAN)
        else -> return null
    }
    if (tiff.unsignedShort(2) != TIFF_MAGIC) return null
    tiff.position(tiff.getInt(4))
    repeat(tiff.getShort().toInt() and 0xffff) {
        val entry = tiff.position()
        if (tiff.unsignedShort(entry) == ORIENTATION_TAG && tiff.unsignedShort(entry + 2) == SHORT_TYPE) {
            return tiff.unsignedShort(entry + 8).takeIf { it in 1..8 }
        }
        tiff.position(entry + 12)
    }
    return null
}

private fun ByteBuffer.unsignedShort(index: Int): Int = getShort(index).toInt() and 0xffff
