package org.cloformer.demo.selftest

import android.app.Activity
import android.os.Bundle
import android.view.WindowManager
import android.widget.TextView
import kotlin.math.roundToInt
import org.cloformer.core.bundle.OutputKind
import org.cloformer.core.parity.OutputParity
import org.cloformer.core.parity.SelfTestResult
import org.cloformer.core.parity.selfTest
import org.cloformer.demo.R
import org.cloformer.demo.demo
import org.cloformer.demo.model.NoBundles
import org.cloformer.demo.model.NoEngine
import org.cloformer.demo.model.Offered
import org.cloformer.demo.model.offeredBy
import org.cloformer.demo.screen.Worker
import org.cloformer.demo.screen.problemOf
import org.cloformer.demo.screen.showProblem

/** Replays the golden vectors of the chosen bundle on every engine and backend of this device. */
class SelfTestActivity : Activity() {
    private val worker = Worker()
    private val results = mutableListOf<SelfTestResult>()

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.self_test)
        window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
        findViewById<TextView>(R.id.summary).setText(R.string.loading)
        worker.run(::offered) { result -> result.fold(::begin, ::fail) }
    }

    override fun onDestroy() {
        worker.close()
        super.onDestroy()
    }

    private fun offered(): Offered {
        val names = demo.store.names()
        return demo.offeredBy(demo.settings.bundle.takeIf { it in names } ?: names.firstOrNull() ?: throw NoBundles())
    }

    private fun begin(offered: Offered) {
        if (offered.choices.isEmpty()) return fail(NoEngine(offered.unusable))
        for (choice in offered.choices) {
            worker.run({ selfTest(offered.bundle, choice, demo.settings.threads) }) { result ->
                result.fold({ results += it }, ::fail)
                show(offered)
            }
        }
    }

    private fun show(offered: Offered) {
        val unusable = offered.unusable.map { getString(R.string.engine_unusable, it) }
        findViewById<TextView>(R.id.results).text = (results.map(::textOf) + unusable).joinToString("\n\n")
        findViewById<TextView>(R.id.summary).text =
            getString(R.string.self_test_summary, results.count { it.passed }, offered.choices.size)
    }

    private fun textOf(result: SelfTestResult): String {
        val verdict = if (result.passed) R.string.self_test_passed else R.string.self_test_failed
        val details = result.failure ?: result.outputs.joinToString("\n", transform = ::textOf)
        return getString(verdict, result.choice.title, details)
    }

    private fun textOf(compared: OutputParity): String = compared.parity.run {
        val agreement = (top1Agreement * PERCENT).roundToInt()
        getString(textOf(compared.output.kind), compared.output.name, maxAbs, cosine, agreement, decided, images)
    }

    private fun textOf(kind: OutputKind): Int = when (kind) {
        OutputKind.LOGITS -> R.string.parity_of_images
        OutputKind.CLASS_MAP -> R.string.parity_of_pixels
        OutputKind.CLASS_LOGITS -> R.string.parity_of_anchors
        OutputKind.FEATURE_MAP, OutputKind.BOX_DELTAS, OutputKind.BOXES -> R.string.parity_of_values
    }

    private fun fail(error: Throwable) {
        findViewById<TextView>(R.id.summary).text = ""
        showProblem(problemOf(error))
    }

    private companion object {
        const val PERCENT = 100
    }
}
