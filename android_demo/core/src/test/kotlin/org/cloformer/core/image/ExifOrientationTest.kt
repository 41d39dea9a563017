package org.cloformer.core.image

import java.io.File
import kotlin.random.Random
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.cloformer.core.TestFiles
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.ValueSource

/** Damaged files; whole ones are in PreprocessingVectorsTest. */
class ExifOrientationTest {
    @ParameterizedTest
    @ValueSource(strings = ["jpeg_orientation_6.jpg", "png_orientation_8.png"])
    fun `a file cut off anywhere is read without an error`(name: String) {
        val whole = File(TestFiles.vectors, name).readBytes()
        for (length in 0 until minOf(whole.size, 400)) {
            assertTrue(exifOrientation(whole.copyOf(length)) in 1..8)
        }
    }

    @ParameterizedTest
    @ValueSource(strings = ["jpeg_orientation_6.jpg", "png_orientation_8.png"])
    fun `a file with any damaged byte is read without an error`(name: String) {
        val whole = File(TestFiles.vectors, name).readBytes()
        val random = Random(0)
        repeat(2000) {
            val damaged = whole.copyOf()
            repeat(3) { damaged[random.nextInt(minOf(damaged.size, 200))] = random.nextInt().toByte() }
            assertTrue(exifOrientation(damaged) in 1..8)
        }
    }

    @Test
    fun `what is no JPEG and no PNG is upright`() {
        assertEquals(1, exifOrientation(ByteArray(0)))
        assertEquals(1, exifOrientation("GIF89a, and more".encodeToByteArray()))
    }
}
