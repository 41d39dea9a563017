package org.cloformer.demo

import android.content.Intent
import java.io.File
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.cloformer.demo.headless.HeadlessActivity
import org.junit.Test
import org.robolectric.Robolectric

class HeadlessScreenTest : ScreenTest() {
    private fun request(id: String, kind: String) {
        val bundle = app.store.names().first()
        File(app.home, "requests").mkdirs()
        File(app.home, "requests/$id.json").writeText("""{"schema_version": 1, "kind": "$kind", "bundle": "$bundle"}""")
    }

    private fun started(id: String?) = Robolectric.buildActivity(
        HeadlessActivity::class.java,
        Intent("org.cloformer.demo.RUN_REQUEST").apply { id?.let { putExtra("request", it) } },
    ).setup()

    private fun status(id: String) =
        File(app.home, "results/$id.status.json").takeIf { it.exists() }?.readText().orEmpty()

    @Test
    fun `a self-test is run and its records written`() {
        request("replay", "self-test")
        val screen = started("replay").get()
        await("the end") { "is done" in screen.text(R.id.status) }
        assertContains(status("replay"), "\"state\":\"done\"")
        assertTrue(File(app.home, "results/replay.jsonl").readLines().all { "\"passed\":true" in it })
        screen.draw("headless")
    }

    @Test
    fun `leaving the screen stops a benchmark, and the status says so`() {
        request("left", "benchmark")
        val controller = started("left")
        await("the benchmark") { "benchmark" in controller.get().text(R.id.status) }
        controller.pause().stop()
        await("the status") { "\"state\":\"stopped\"" in status("left") }
    }

    @Test
    fun `a new request takes the place of the old one`() {
        request("old", "benchmark")
        request("new", "inspect")
        val controller = started("old")
        await("the benchmark") { "benchmark" in controller.get().text(R.id.status) }
        controller.newIntent(Intent().putExtra("request", "new"))
        await("the new request's end") { "\"state\":\"done\"" in status("new") }
        await("the old request's end") { "\"state\":\"stopped\"" in status("old") }
    }

    @Test
    fun `a request that is not there fails in words`() {
        val screen = started("absent").get()
        await("the message") { "failed" in screen.text(R.id.status) }
        assertContains(screen.text(R.id.status), "absent.json cannot be read")
    }

    @Test
    fun `without a request the screen says what it is for`() {
        assertEquals(app.getString(R.string.headless_no_request), started(null).get().text(R.id.status))
    }
}
