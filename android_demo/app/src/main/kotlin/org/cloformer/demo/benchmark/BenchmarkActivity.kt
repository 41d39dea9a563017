package org.cloformer.demo.benchmark

import android.app.Activity
import android.content.ClipData
import android.content.Intent
import android.os.Bundle
import android.view.View
import android.view.WindowManager
import android.widget.Button
import android.widget.CheckBox
import android.widget.ProgressBar
import android.widget.TextView
import org.cloformer.core.measure.Protocol
import org.cloformer.demo.R
import org.cloformer.demo.demo
import org.cloformer.demo.screen.hideProblem
import org.cloformer.demo.screen.problemOf
import org.cloformer.demo.screen.ranIn
import org.cloformer.demo.screen.showProblem

/** Measures the choice on the first screen, shows the result, and shares the records. */
class BenchmarkActivity : Activity() {
    private lateinit var run: BenchmarkRun

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.benchmark)
        window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
        run = lastNonConfigurationInstance as? BenchmarkRun ?: BenchmarkRun(demo)
        run.screen = ::show
        findViewById<Button>(R.id.start).setOnClickListener {
            if (run.state.running) run.stop() else run.start(protocol())
        }
        findViewById<Button>(R.id.share).setOnClickListener { share() }
        show(run.state)
    }

    override fun onRetainNonConfigurationInstance(): Any = run

    override fun onDestroy() {
        run.screen = null
        if (!isChangingConfigurations) run.close()
        super.onDestroy()
    }

    private fun protocol() =
        if (findViewById<CheckBox>(R.id.rigorous).isChecked) Protocol.RIGOROUS else Protocol.DEFAULT

    private fun show(state: BenchmarkRun.State) {
        findViewById<TextView>(R.id.ran_in).text = state.ranIn?.let(::ranIn).orEmpty()
        findViewById<Button>(R.id.start).setText(if (state.running) R.string.stop else R.string.start)
        findViewById<CheckBox>(R.id.rigorous).isEnabled = !state.running
        findViewById<ProgressBar>(R.id.progress).apply {
            visibility = if (state.running) View.VISIBLE else View.INVISIBLE
            max = state.repeats * PROGRESS_STEPS
            progress = state.repeat * PROGRESS_STEPS + state.sample * PROGRESS_STEPS / maxOf(1, state.samples)
        }
        findViewById<TextView>(R.id.step).text = when {
            state.running -> getString(R.string.measuring, state.repeat + 1, state.repeats, state.sample)
            state.stopped -> getString(R.string.measurement_stopped)
            else -> ""
        }
        state.failure?.let { showProblem(problemOf(it)) } ?: hideProblem()
        findViewById<TextView>(R.id.results).text = resultLines(state).joinToString("\n\n")
        findViewById<View>(R.id.share).visibility =
            if (state.lines.isEmpty() || state.running) View.GONE else View.VISIBLE
    }

    private fun resultLines(state: BenchmarkRun.State): List<String> = listOfNotNull(
        state.summary?.run { getString(R.string.measured, ms(medianNs), ms(p90Ns), ms(iqrNs), samples) },
        state.load?.run { getString(R.string.loaded, ms(coldNs), ms(warmNs)) },
        state.memory?.run { getString(R.string.memory_used, peakBytes / BYTES_PER_MB, beforeBytes / BYTES_PER_MB) },
        state.summary?.let {
            state.thermal?.let { states -> getString(R.string.thermal, changesOf(states).joinToString(" → ")) }
                ?: getString(R.string.thermal_unknown)
        },
    )

    /** Returns the states without repetitions of the previous one. */
    private fun changesOf(states: List<String>) =
        states.filterIndexed { index, state -> index == 0 || state != states[index - 1] }

    private fun share() {
        val records = RecordsProvider.uriOf(run.state.records ?: return)
        val send = Intent(Intent.ACTION_SEND)
            .setType("application/jsonl")
            .putExtra(Intent.EXTRA_SUBJECT, getString(R.string.records_subject))
            .putExtra(Intent.EXTRA_STREAM, records)
            .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
        send.clipData = ClipData.newRawUri(null, records)
        startActivity(Intent.createChooser(send, getString(R.string.share)))
    }

    private fun ms(nanoseconds: Long) = nanoseconds / NANOSECONDS_PER_MS

    private companion object {
        const val PROGRESS_STEPS = 100
        const val NANOSECONDS_PER_MS = 1e6
        const val BYTES_PER_MB = 1e6
    }
}
