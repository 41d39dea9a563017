package org.cloformer.core.detect

import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.cloformer.core.DenseVectors
import org.cloformer.core.flat
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

/** The app's boxes are the toolkit's: runtimes/reading/boxes.py. */
class BoxVectorsTest {
    @ParameterizedTest
    @MethodSource("cases")
    fun `the boxes are the toolkit's, in its order`(case: DenseVectors.Boxes) {
        val (height, width) = case.size
        val found = BoxReader(case.coding, height, width).read(flat(case.classLogits), flat(case.boxDeltas))
        assertEquals(case.expected.map { it.target }, found.map { it.target })
        for ((expected, box) in case.expected.zip(found)) {
            assertEquals(expected.score, box.score, 1e-6f)
            val corners = listOf(box.x1, box.y1, box.x2, box.y2)
            expected.corners.zip(corners).forEach { (a, b) -> assertEquals(a, b, 1e-3f) }
        }
    }

    @Test
    fun `there are images with few objects, and with more than are kept`() {
        assertTrue(cases().any { it.expected.size in 1 until it.coding.most })
        assertTrue(cases().any { it.expected.size == it.coding.most })
    }

    companion object {
        @JvmStatic
        fun cases() = DenseVectors.all.boxes
    }
}
