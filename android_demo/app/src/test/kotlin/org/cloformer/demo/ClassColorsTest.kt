package org.cloformer.demo

import android.graphics.Color
import kotlin.math.abs
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.cloformer.demo.screen.classColor
import org.cloformer.demo.screen.inkOn
import org.junit.Test

class ClassColorsTest : ScreenTest() {
    private fun hue(target: Int) = FloatArray(3).also { Color.colorToHSV(classColor(target), it) }[0]

    @Test
    fun `hues go round by the golden ratio`() {
        assertEquals(0f, hue(0), 1f)
        assertEquals(0.618034f * 360, hue(1), 1f)
        assertEquals(0.236068f * 360, hue(2), 1f)
    }

    @Test
    fun `the first ten classes differ`() {
        val hues = List(10) { hue(it) }
        for ((index, hue) in hues.withIndex()) {
            assertTrue(hues.take(index).all { minOf(abs(it - hue), 360 - abs(it - hue)) > 15 }, "$hues")
        }
    }

    @Test
    fun `tags can be read in every color`() {
        for (target in 0 until 1000) {
            val light = listOf(classColor(target), inkOn(classColor(target))).map { Color.luminance(it) + 0.05f }
            assertTrue(light.max() / light.min() > 4.5f, "class $target")
        }
    }
}
