package org.cloformer.core.segment

import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import org.cloformer.core.DenseVectors
import org.cloformer.core.flat
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

class MaskTest {
    /** runtimes/reading/masks.py is the truth. */
    @ParameterizedTest
    @MethodSource("cases")
    fun `the mask is the toolkit's`(case: DenseVectors.Masks) {
        val height = case.expected.size
        val width = case.expected.first().size
        val found = readMask(flat(case.classMap.flatten()), height, width)
        assertEquals(listOf(width, height), listOf(found.width, found.height))
        assertContentEquals(case.expected.flatMap { it.asIterable() }.toIntArray(), found.targets)
    }

    @Test
    fun `the largest share comes first, and of equals the first class`() {
        val mask = Mask(4, 2, intArrayOf(7, 7, 7, 7, 5, 5, 2, 2))
        assertEquals(listOf(Share(7, 0.5f), Share(2, 0.25f), Share(5, 0.25f)), mask.shares())
    }

    companion object {
        @JvmStatic
        fun cases() = DenseVectors.all.masks
    }
}
