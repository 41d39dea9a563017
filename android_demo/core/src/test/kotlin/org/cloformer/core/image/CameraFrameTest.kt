package org.cloformer.core.image

import kotlin.math.abs
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource

class CameraFrameTest {
    /** The JFIF standard's own values for the primaries. */
    @ParameterizedTest
    @CsvSource(
        "0,128,128, 0,0,0", "255,128,128, 255,255,255",
        "76,85,255, 255,0,0", "150,44,21, 0,255,0", "29,255,107, 0,0,255",
    )
    fun `colors come out`(y: Int, u: Int, v: Int, red: Int, green: Int, blue: Int) {
        val image = yuvToRgb(2, 2, plane(4, y), plane(1, u), plane(1, v))
        for (pixel in 0 until 4) {
            val found = List(3) { image.pixels[pixel * 3 + it].toInt() and 255 }
            assertTrue(found.zip(listOf(red, green, blue)).all { (a, b) -> abs(a - b) <= 2 }, "$found")
        }
    }

    @Test
    fun `strides of interleaved planes and padded rows are kept`() {
        // 4 x 2 pixels; rows of 6 bytes; U and V share one buffer, V first, as most phones do it.
        val luma = Plane(byteArrayOf(10, 20, 30, 40, 0, 0, 50, 60, 70, 80, 0, 0), 6, 1)
        val v = Plane(byteArrayOf(-128, -128, -128, -128), 4, 2)
        val image = yuvToRgb(4, 2, luma, v, v)
        assertEquals(listOf(10, 20, 30, 40, 50, 60, 70, 80), (0 until 8).map { image.pixels[it * 3].toInt() })
    }

    @Test
    fun `turning a frame by the sensor's angle is turning it clockwise`() {
        val image = RgbImage(2, 1, byteArrayOf(1, 1, 1, 2, 2, 2))
        val turned = image.turned(Orientation.clockwise(90))
        assertEquals(listOf(1, 2), listOf(turned.width, turned.height))
        assertEquals(listOf<Byte>(1, 2), listOf(turned.pixels[0], turned.pixels[3]))
        assertEquals(Orientation.ROTATED_270, Orientation.clockwise(-90))
    }

    private fun plane(count: Int, value: Int) = Plane(ByteArray(count) { value.toByte() }, if (count == 1) 1 else 2, 1)
}
