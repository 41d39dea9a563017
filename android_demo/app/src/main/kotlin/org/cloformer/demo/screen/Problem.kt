package org.cloformer.demo.screen

import android.app.Activity
import android.view.View
import android.widget.Button
import android.widget.TextView
import java.io.File
import org.cloformer.core.bundle.BundleRefused
import org.cloformer.core.engine.EngineFailure
import org.cloformer.core.image.ImageRefused
import org.cloformer.core.predict.NothingToDraw
import org.cloformer.demo.R
import org.cloformer.demo.demo
import org.cloformer.demo.model.NoBundles
import org.cloformer.demo.model.NoEngine

/** A message for a screen that cannot do its work, and what to do about it. */
class Problem(val text: String, val remedy: String)

/** Returns a message for any failure. */
fun Activity.problemOf(error: Throwable): Problem = when (error) {
    is BundleRefused -> Problem(error.problem, error.remedy)
    is EngineFailure -> Problem(error.message.orEmpty(), getString(R.string.engine_remedy))
    is NoBundles ->
        Problem(getString(R.string.no_bundles), getString(R.string.no_bundles_remedy, File(demo.home, "bundles").path))
    is NoEngine ->
        Problem("${getString(R.string.no_engine)}\n${error.message}", getString(R.string.no_engine_remedy))
    is NothingToDraw -> Problem(getString(R.string.nothing_to_draw), getString(R.string.nothing_to_draw_remedy))
    is ImageRefused -> Problem(error.problem, getString(R.string.image_remedy))
    is OutOfMemoryError -> Problem(getString(R.string.out_of_memory), getString(R.string.out_of_memory_remedy))
    else ->
        Problem(getString(R.string.unexpected, error.message ?: "$error"), getString(R.string.unexpected_remedy))
}

/** Shows the problem in the screen's layout, with a button for [action] if there is one. */
fun Activity.showProblem(problem: Problem, label: String? = null, action: () -> Unit = {}) {
    findViewById<TextView>(R.id.problem_text).text = problem.text.replaceFirstChar(Char::uppercase)
    findViewById<TextView>(R.id.problem_remedy).text = problem.remedy.replaceFirstChar(Char::uppercase)
    findViewById<Button>(R.id.problem_action).apply {
        visibility = if (label == null) View.GONE else View.VISIBLE
        text = label
        setOnClickListener { action() }
    }
    findViewById<View>(R.id.problem).visibility = View.VISIBLE
}

fun Activity.hideProblem() {
    findViewById<View>(R.id.problem).visibility = View.GONE
}
