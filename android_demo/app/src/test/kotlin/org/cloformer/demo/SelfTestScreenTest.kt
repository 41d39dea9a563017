package org.cloformer.demo

import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertTrue
import org.cloformer.demo.selftest.SelfTestActivity
import org.junit.Test
import org.robolectric.Robolectric

class SelfTestScreenTest : ScreenTest() {
    @Test
    fun `the golden vectors pass on every backend that there is`() {
        val screen = Robolectric.buildActivity(SelfTestActivity::class.java).setup().get()
        await("the results") { "of" in screen.text(R.id.summary) }
        val results = screen.text(R.id.results)
        assertContains(results, "ONNX Runtime cpu fp32: passed")
        assertContains(results, "top-1 100 % of 8 images")
        assertContains(results, "ExecuTorch's native library does not load")
        assertFalse("FAILED" in results)
        screen.draw("self-test")
    }

    @Test
    fun `each output of a detector has its line`() {
        chooseDense("detection")
        val screen = Robolectric.buildActivity(SelfTestActivity::class.java).setup().get()
        await("the results") { "of" in screen.text(R.id.summary) }
        val (verdict, classLogits, boxDeltas) = screen.text(R.id.results).lines()
        assertEquals("ONNX Runtime cpu fp32: passed", verdict)
        assertContains(classLogits, "top-1 100 % of 15 clear anchors")
        assertTrue(boxDeltas.startsWith("box_deltas: max-abs") && "top-1" !in boxDeltas)
        screen.draw("self-test-detector")
    }
}
