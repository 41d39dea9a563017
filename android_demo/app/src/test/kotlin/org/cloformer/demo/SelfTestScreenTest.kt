package org.cloformer.demo

import kotlin.test.assertContains
import kotlin.test.assertFalse
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
}
