package org.cloformer.demo.headless

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import android.view.WindowManager
import android.widget.TextView
import org.cloformer.core.headless.RequestRunner
import org.cloformer.core.headless.Status
import org.cloformer.core.measure.MeasurementStopped
import org.cloformer.core.measure.Progress
import org.cloformer.demo.R
import org.cloformer.demo.demo
import org.cloformer.demo.screen.Worker

/**
 * Runs a computer's request, as described in android_demo/README.md: the extra `request` names a file in `requests/`.
 *
 * It is a screen because Android slows down background work. Leaving it stops the measurement.
 */
class HeadlessActivity : Activity() {
    private var worker: Worker? = null
    private var current: Wanted? = null

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.headless)
        window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
        if (savedInstanceState == null) begin(intent)
    }

    /** Starts a new request, which stops the one that is running. */
    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        setIntent(intent)
        end()
        begin(intent)
    }

    override fun onStop() {
        if (!isChangingConfigurations) end()
        super.onStop()
    }

    private fun begin(intent: Intent) {
        val id = intent.getStringExtra(REQUEST) ?: return say(getString(R.string.headless_no_request))
        val starting = Worker().also { worker = it }
        val mine = Wanted()
        current = mine
        starting.run({
            demo.store.names() // unpacks the shipped bundle, which the request may use
            RequestRunner(demo.home, demo.engines, demo.device, demo.version).run(id, mine) { status ->
                starting.post { say(textOf(id, status)) }
            }
        }) { result ->
            say(result.fold({ textOf(id, it) }, { getString(R.string.headless_failed, id, it.toString()) }))
        }
    }

    private fun end() {
        current?.still = false
        worker?.close()
        worker = null
    }

    private fun textOf(id: String, status: Status): String = when (status.state) {
        Status.State.RUNNING -> getString(R.string.headless_running, id, status.step)
        Status.State.DONE -> getString(R.string.headless_done, id, status.lines)
        Status.State.FAILED -> getString(R.string.headless_failed, id, status.problem.orEmpty())
        Status.State.STOPPED -> getString(R.string.headless_stopped, id)
    }

    private fun say(text: String) {
        findViewById<TextView>(R.id.status).text = text
    }

    private class Wanted : Progress {
        @Volatile var still = true

        override fun sampled(done: Int, total: Int) = Unit

        override fun check() {
            if (!still) throw MeasurementStopped()
        }
    }

    companion object {
        const val REQUEST = "request"
    }
}
