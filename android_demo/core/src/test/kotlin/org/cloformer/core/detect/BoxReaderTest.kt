package org.cloformer.core.detect

import kotlin.math.exp
import kotlin.math.ln
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.junit.jupiter.api.Test

/** One rule of docs/dense-tasks.md at a time, on four anchors of 8 x 4 pixels; the vectors have all of them at once. */
class BoxReaderTest {
    private val coding = BoxCoding(
        levels = listOf(AnchorLevel(8, listOf(listOf(8.0, 4.0)))),
        largestLogRatio = 1f, scoreThreshold = 0.5f, candidates = 10, iouThreshold = 0.4f, most = 10,
    )

    private fun read(logits: FloatArray, coding: BoxCoding = this.coding, deltas: FloatArray = FloatArray(16)) =
        BoxReader(coding, 16, 16).read(logits, deltas)

    @Test
    fun `anchors are centered at the cells' corners`() {
        val expected = floatArrayOf(-4f, -2f, 4f, 2f, 4f, -2f, 12f, 2f, -4f, 6f, 4f, 10f, 4f, 6f, 12f, 10f)
        assertContentEquals(expected, anchorBoxes(coding, 16, 16))
    }

    @Test
    fun `a cell that the image fills in part is a cell`() = assertEquals(6, anchorCount(coding, 17, 16))

    @Test
    fun `a box is its anchor, cut to the image`() {
        val (first, second) = read(floatArrayOf(1f, -9f, -9f, 3f))
        assertEquals(Box(4f, 6f, 12f, 10f, 1 / (1 + exp(-3f)), 0), first)
        assertEquals(Box(0f, 0f, 4f, 2f, 1 / (1 + exp(-1f)), 0), second)
    }

    @Test
    fun `deltas move by sides and scale by powers, within a limit`() {
        val deltas = FloatArray(16).also { floatArrayOf(-0.25f, 0.5f, -ln(2f), 9f).copyInto(it, 12) }
        val box = read(floatArrayOf(-9f, -9f, -9f, 1f), deltas = deltas).single()
        assertEquals(listOf(4f, 8f), listOf(box.x1, box.x2))
        assertEquals(10 - 2 * exp(1f), box.y1, 1e-5f)
        assertEquals(10 + 2 * exp(1f), box.y2, 1e-5f)
    }

    @Test
    fun `a score at the threshold, or that is no number, is no candidate`() {
        assertTrue(read(floatArrayOf(0f, Float.NaN, Float.NEGATIVE_INFINITY, -1f)).isEmpty())
    }

    @Test
    fun `the best candidates go on, and of equals the first`() {
        val found = read(floatArrayOf(1f, 2f, 2f, 2f), coding.copy(candidates = 2))
        assertEquals(listOf(12f to 2f, 4f to 10f), found.map { it.x2 to it.y2 })
    }

    @Test
    fun `of one class the weaker goes, of two classes both stay`() {
        val together = FloatArray(16).also { it[0] = 1f } // the first anchor moves onto the second
        fun classes(logits: FloatArray) = BoxReader(coding, 16, 16).read(logits, together).map { it.target }
        assertEquals(listOf(1), classes(floatArrayOf(-9f, 1f, -9f, 2f, -9f, -9f, -9f, -9f)))
        assertEquals(listOf(0, 1), classes(floatArrayOf(-9f, 1f, 2f, -9f, -9f, -9f, -9f, -9f)))
    }

    @Test
    fun `no more are kept than are wanted`() {
        val found = read(floatArrayOf(1f, 2f, 3f, 4f), coding.copy(most = 2))
        assertEquals(listOf(12f to 10f, 4f to 10f), found.map { it.x2 to it.y2 })
    }

    @Test
    fun `overlap is the intersection over the union`() {
        val box = Box(0f, 0f, 4f, 2f, 1f, 0)
        assertEquals(1f / 3, overlap(box, box.copy(x1 = 2f, x2 = 6f)), 1e-6f)
        assertEquals(0f, overlap(box, box.copy(x1 = 8f, x2 = 9f)))
        assertEquals(0f, overlap(box.copy(x2 = 0f), box.copy(x2 = 0f)), "boxes without an area")
    }
}
