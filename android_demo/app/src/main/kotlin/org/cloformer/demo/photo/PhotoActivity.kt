package org.cloformer.demo.photo

import android.app.Activity
import android.content.ActivityNotFoundException
import android.content.Intent
import android.graphics.Bitmap
import android.net.Uri
import android.os.Build
import android.os.Bundle
import android.provider.MediaStore
import android.widget.Button
import android.widget.TextView
import org.cloformer.core.predict.Predictor
import org.cloformer.demo.R
import org.cloformer.demo.demo
import org.cloformer.demo.model.chosen
import org.cloformer.demo.screen.Problem
import org.cloformer.demo.screen.Seen
import org.cloformer.demo.screen.Worker
import org.cloformer.demo.screen.hideProblem
import org.cloformer.demo.screen.problemOf
import org.cloformer.demo.screen.showAnswer
import org.cloformer.demo.screen.showProblem
import org.cloformer.demo.screen.toBitmap

/** A photo from the gallery, chosen in the system's picker, which needs no permission; it survives a rotation. */
class PhotoActivity : Activity() {
    private val worker = Worker()
    private var photo: Uri? = null

    override fun onCreate(savedInstanceState: Bundle?) {
        super.onCreate(savedInstanceState)
        setContentView(R.layout.photo)
        findViewById<Button>(R.id.choose).setOnClickListener { choose() }
        findViewById<TextView>(R.id.took).setText(R.string.no_photo)
        savedInstanceState?.getString(PHOTO)?.let { look(Uri.parse(it)) }
    }

    override fun onSaveInstanceState(outState: Bundle) {
        super.onSaveInstanceState(outState)
        outState.putString(PHOTO, photo?.toString())
    }

    override fun onActivityResult(requestCode: Int, resultCode: Int, data: Intent?) {
        super.onActivityResult(requestCode, resultCode, data)
        if (requestCode == CHOOSE && resultCode == RESULT_OK) data?.data?.let(::look)
    }

    override fun onDestroy() {
        worker.close()
        super.onDestroy()
    }

    private fun choose() {
        val picker = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) {
            Intent(MediaStore.ACTION_PICK_IMAGES)
        } else {
            Intent(Intent.ACTION_OPEN_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE)
        }
        try {
            startActivityForResult(picker.setType("image/*"), CHOOSE)
        } catch (_: ActivityNotFoundException) {
            showProblem(Problem(getString(R.string.no_picker), ""))
        }
    }

    private fun look(uri: Uri) {
        photo = uri
        hideProblem()
        findViewById<TextView>(R.id.took).setText(R.string.loading)
        worker.run({ seen(uri).run { prediction.crop.toBitmap() to this } }) { result ->
            result.fold({ (crop, seen) -> show(crop, seen) }, ::showFailure)
        }
    }

    private fun seen(uri: Uri): Seen {
        val chosen = demo.chosen()
        val image = readPhoto(contentResolver, uri)
        val prediction = Predictor(chosen.bundle, chosen.choice, chosen.threads).use {
            it.predict(image) // the first inference of a session is slower than later ones
            it.predict(image)
        }
        return Seen(prediction, chosen, resources)
    }

    private fun show(crop: Bitmap, seen: Seen) {
        findViewById<PhotoView>(R.id.image).show(crop, seen.overlay)
        showAnswer(seen)
    }

    private fun showFailure(error: Throwable) {
        findViewById<TextView>(R.id.took).text = ""
        showProblem(problemOf(error))
    }

    private companion object {
        const val CHOOSE = 1
        const val PHOTO = "photo"
    }
}
