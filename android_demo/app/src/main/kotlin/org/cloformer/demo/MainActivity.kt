package org.cloformer.demo

import android.app.Activity
import android.content.Intent
import android.os.Bundle
import android.view.View
import android.widget.AdapterView
import android.widget.ArrayAdapter
import android.widget.Button
import android.widget.Spinner
import android.widget.TextView
import org.cloformer.core.bundle.Task
import org.cloformer.demo.benchmark.BenchmarkActivity
import org.cloformer.demo.camera.CameraActivity
import org.cloformer.demo.model.NoBundles
import org.cloformer.demo.model.NoEngine
import org.cloformer.demo.model.Offered
import org.cloformer.demo.model.offeredBy
import org.cloformer.demo.photo.PhotoActivity
import org.cloformer.demo.screen.Worker
import org.cloformer.demo.screen.hideProblem
import org.cloformer.demo.screen.problemOf
import org.cloformer.demo.screen.showProblem
import org.cloformer.demo.selftest.SelfTestActivity

/** The first screen, to choose a bundle, runtime, backend, precision and threads, and to open the other screens. */
class MainActivity : Activity() {
    private val worker = Worker()

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.main)
        showThreads()
        SCREENS.forEach { (button, screen) ->
            findViewById<Button>(button).setOnClickListener { startActivity(Intent(this, screen)) }
        }
    }

    /** Lists the bundles again, as some may have been pushed while the app was in the background. */
    override fun onResume() {
        super.onResume()
        allow(false)
        findViewById<TextView>(R.id.about).setText(R.string.loading)
        worker.run(demo.store::names) { names -> names.fold(::showBundles, ::showFailure) }
    }

    override fun onDestroy() {
        worker.close()
        super.onDestroy()
    }

    private fun showBundles(names: List<String>) {
        if (names.isEmpty()) return showFailure(NoBundles())
        val selected = names.indexOf(demo.settings.bundle).coerceAtLeast(0)
        fill(R.id.bundle, names, selected) { index ->
            demo.settings.bundle = names[index]
            allow(false)
            worker.run({ demo.offeredBy(names[index]) }) { offered -> offered.fold(::showChoices, ::showFailure) }
        }
    }

    private fun showChoices(offered: Offered) {
        val model = offered.bundle.manifest.model
        val (height, width) = offered.bundle.manifest.preprocessing.crop
        findViewById<TextView>(R.id.about).text = model.run {
            getString(textOf(task), family, variant, weights.name, numClasses, width, height)
        }
        findViewById<TextView>(R.id.unusable).apply {
            text = offered.unusable.joinToString("\n") { getString(R.string.engine_unusable, it) }
            visibility = if (offered.unusable.isEmpty()) View.GONE else View.VISIBLE
        }
        val chosen = demo.settings.chosenFrom(offered.choices) ?: return showFailure(NoEngine(offered.unusable))
        hideProblem()
        allow(true)
        fill(R.id.engine, offered.choices.map { it.title }, offered.choices.indexOf(chosen)) {
            demo.settings.choice = offered.choices[it].title
        }
    }

    private fun showThreads() {
        val counts = (1..Runtime.getRuntime().availableProcessors()).toList()
        val selected = counts.indexOf(demo.settings.threads).let { if (it < 0) counts.lastIndex else it }
        fill(R.id.threads, counts.map { it.toString() }, selected) { demo.settings.threads = counts[it] }
    }

    private fun showFailure(error: Throwable) {
        findViewById<TextView>(R.id.about).text = ""
        allow(false)
        showProblem(problemOf(error))
    }

    /** Enables what needs a [usable] bundle; with a damaged one, the user can still choose another. */
    private fun allow(usable: Boolean) {
        (SCREENS.keys + R.id.engine).forEach { findViewById<View>(it).isEnabled = usable }
    }

    private fun fill(spinner: Int, texts: List<String>, selected: Int, onSelected: (Int) -> Unit) {
        findViewById<Spinner>(spinner).apply {
            adapter = ArrayAdapter(this@MainActivity, android.R.layout.simple_spinner_item, texts).apply {
                setDropDownViewResource(android.R.layout.simple_spinner_dropdown_item)
            }
            onItemSelectedListener = object : AdapterView.OnItemSelectedListener {
                override fun onItemSelected(parent: AdapterView<*>?, view: View?, position: Int, id: Long) =
                    onSelected(position)

                override fun onNothingSelected(parent: AdapterView<*>?) = Unit
            }
            setSelection(selected)
        }
    }

    private fun textOf(task: Task): Int = when (task) {
        Task.CLASSIFICATION -> R.string.about_classifier
        Task.FEATURES -> R.string.about_features
        Task.SEGMENTATION -> R.string.about_segmenter
        Task.DETECTION -> R.string.about_detector
    }

    private companion object {
        val SCREENS = mapOf(
            R.id.camera to CameraActivity::class.java,
            R.id.photo to PhotoActivity::class.java,
            R.id.benchmark to BenchmarkActivity::class.java,
            R.id.self_test to SelfTestActivity::class.java,
        )
    }
}
