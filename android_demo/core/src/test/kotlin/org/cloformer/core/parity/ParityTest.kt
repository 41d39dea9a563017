package org.cloformer.core.parity

import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNull
import kotlin.test.assertTrue
import org.cloformer.core.bundle.OutputKind
import org.junit.jupiter.api.Test

/** The bounds of docs/parity.md, each just kept and just broken. */
class ParityTest {
    private val reference = listOf(floatArrayOf(10f, 0f, 0f), floatArrayOf(0f, 10f, 0f), floatArrayOf(0f, 0f, 10f))

    private fun compare(reference: List<FloatArray>, outputs: List<FloatArray>, precision: String) =
        compare(reference, outputs, precision, OutputKind.LOGITS, classes = 3)

    private fun shifted(by: Float) = reference.map { row -> FloatArray(row.size) { row[it] + if (it == 0) by else 0f } }

    @Test
    fun `identical outputs pass`() {
        val parity = compare(reference, reference, "fp32")
        assertTrue(parity.passed)
        assertEquals(0.0, parity.maxAbs)
        assertNull(parity.psnrDb)
    }

    @Test
    fun `fp32 allows a ten-thousandth of the largest logit`() {
        assertTrue(compare(reference, shifted(0.9e-3f), "fp32").passed)
        assertFalse(compare(reference, shifted(1.1e-3f), "fp32").passed)
    }

    @Test
    fun `fp16 allows an error 40 dB below the largest logit`() {
        // A shift of one logit in three: the root mean square is the shift over the root of 3.
        assertTrue(compare(reference, shifted(0.17f), "fp16").passed)
        assertFalse(compare(reference, shifted(0.18f), "fp16").passed)
    }

    @Test
    fun `a decided image with another first class fails`() {
        val swapped = listOf(floatArrayOf(0f, 10f, 0f)) + reference.drop(1)
        val parity = compare(reference, swapped, "fp16")
        assertFalse(parity.passed)
        assertEquals(2.0 / 3, parity.top1Agreement, 1e-9)
    }

    @Test
    fun `an undecided image may have another first class`() {
        val close = reference + listOf(floatArrayOf(5f, 5.0001f, 0f))
        val outputs = reference + listOf(floatArrayOf(5.0001f, 5f, 0f))
        val parity = compare(close, outputs, "fp32")
        assertEquals(3, parity.decided)
        assertTrue(parity.passed)
    }

    @Test
    fun `a dead graph fails, however close its output`() {
        val nearlyEqual = List(3) { floatArrayOf(1f, 0f, it * 1e-5f) }
        assertFalse(compare(nearlyEqual, List(3) { floatArrayOf(1f, 0f, 0f) }, "fp32").passed)
    }

    @Test
    fun `a value that is not finite fails`() {
        val broken = reference.map { it.copyOf() }.also { it[0][1] = Float.NaN }
        assertFalse(compare(reference, broken, "fp32").passed)
    }

    @Test
    fun `a single image has no sensitivity, and needs none`() {
        val parity = compare(reference.take(1), reference.take(1), "fp32")
        assertEquals(0.0, parity.sensitivity)
        assertTrue(parity.passed)
    }

    /** Two pixels of a map: the classes of one are as far apart as the map has pixels. */
    @Test
    fun `each decided pixel counts`() {
        val map = listOf(floatArrayOf(10f, 0f, 0f, 10f, 0f, 0f))
        val swapped = listOf(floatArrayOf(10f, 10f, 0f, 0f, 0f, 0f))
        val parity = compare(map, swapped, "int8", OutputKind.CLASS_MAP, classes = 3)
        assertEquals(2, parity.decided)
        assertEquals(0.5, parity.top1Agreement)
    }

    @Test
    fun `what has no classes has no top-1`() {
        for (kind in listOf(OutputKind.FEATURE_MAP, OutputKind.BOX_DELTAS)) {
            val parity = compare(reference, shifted(0.9e-3f), "fp32", kind, classes = 3)
            assertEquals(0 to 1.0, parity.decided to parity.top1Agreement)
            assertTrue(parity.passed)
        }
    }
}
