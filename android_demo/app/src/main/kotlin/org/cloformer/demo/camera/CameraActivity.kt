package org.cloformer.demo.camera

import android.Manifest.permission.CAMERA
import android.app.Activity
import android.content.Intent
import android.content.pm.PackageManager.PERMISSION_GRANTED
import android.graphics.Bitmap
import android.net.Uri
import android.os.Bundle
import android.provider.Settings
import android.view.View
import android.view.WindowManager
import java.util.concurrent.atomic.AtomicBoolean
import org.cloformer.core.image.RgbImage
import org.cloformer.core.predict.Predictor
import org.cloformer.demo.R
import org.cloformer.demo.demo
import org.cloformer.demo.model.Chosen
import org.cloformer.demo.model.chosen
import org.cloformer.demo.screen.Problem
import org.cloformer.demo.screen.Seen
import org.cloformer.demo.screen.Worker
import org.cloformer.demo.screen.hideProblem
import org.cloformer.demo.screen.problemOf
import org.cloformer.demo.screen.showAnswer
import org.cloformer.demo.screen.showProblem
import org.cloformer.demo.screen.toBitmap

/** The live camera, which always shows the frame that the answer belongs to. */
class CameraActivity : Activity() {
    private class Running(val chosen: Chosen, val predictor: Predictor)

    /** What lives from resume to pause. A new session may begin before the last one has ended, so they share nothing. */
    private inner class Session {
        private val worker = Worker()
        private val busy = AtomicBoolean()
        private val stream = CameraStream(this@CameraActivity, ::onFrame, ::onFailure)

        @Volatile private var running: Running? = null

        val available: Boolean get() = stream.available

        fun open() = worker.run({
            demo.chosen().let { Running(it, Predictor(it.bundle, it.choice, it.threads)) }.also { running = it }
        }) { result -> result.fold({ stream.open() }) { showProblem(problemOf(it)) } }

        fun close() {
            stream.close()
            worker.close { running?.predictor?.close() }
        }

        /** Handles a frame on the camera's thread; frames that arrive while another is being processed are dropped. */
        private fun onFrame(image: RgbImage) {
            val (chosen, predictor) = running?.run { chosen to predictor } ?: return
            if (!busy.compareAndSet(false, true)) return
            worker.run({ image.toBitmap() to Seen(predictor.predict(image), chosen, resources) }) { result ->
                busy.set(false)
                result.fold({ (frame, seen) -> show(frame, seen) }) { showProblem(problemOf(it)) }
            }
        }

        private fun onFailure(reason: String) = worker.post {
            showProblem(Problem(getString(R.string.camera_failed, reason), getString(R.string.camera_failed_remedy)))
        }
    }

    private var session: Session? = null

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.camera)
        window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
        if (savedInstanceState == null && checkSelfPermission(CAMERA) != PERMISSION_GRANTED) {
            requestPermissions(arrayOf(CAMERA), ASK)
        }
    }

    /** Opens the camera, which is used only while the screen is in front; returning from the settings tries again. */
    override fun onResume() {
        super.onResume()
        hideProblem()
        val opening = Session().also { session = it }
        when {
            !opening.available -> explain(R.string.no_camera, R.string.no_camera_remedy)
            checkSelfPermission(CAMERA) != PERMISSION_GRANTED -> explainPermission()
            else -> opening.open()
        }
    }

    override fun onPause() {
        session?.close()
        session = null
        super.onPause()
    }

    override fun onRequestPermissionsResult(requestCode: Int, permissions: Array<String>, grantResults: IntArray) {
        super.onRequestPermissionsResult(requestCode, permissions, grantResults)
        if (requestCode == ASK && grantResults.firstOrNull() != PERMISSION_GRANTED) explainPermission()
    }

    internal fun show(frame: Bitmap, seen: Seen) {
        hideProblem()
        val (resizeHeight, resizeWidth) = seen.chosen.bundle.manifest.preprocessing.resize
        val (cropHeight, cropWidth) = seen.chosen.bundle.manifest.preprocessing.crop
        val scale = maxOf(resizeHeight.toFloat() / frame.height, resizeWidth.toFloat() / frame.width)
        findViewById<FrameView>(R.id.frame)
            .show(frame, cropHeight / (frame.height * scale), cropWidth / (frame.width * scale), seen.overlay)
        showAnswer(seen)
    }

    private fun explain(text: Int, remedy: Int) {
        findViewById<View>(R.id.frame).visibility = View.GONE
        showProblem(Problem(getString(text), getString(remedy)))
    }

    private fun explainPermission() {
        val problem = Problem(getString(R.string.camera_denied), getString(R.string.camera_denied_remedy))
        showProblem(problem, getString(R.string.open_settings)) {
            val app = Uri.fromParts("package", packageName, null)
            startActivity(Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, app))
        }
    }

    private companion object {
        const val ASK = 1
    }
}
