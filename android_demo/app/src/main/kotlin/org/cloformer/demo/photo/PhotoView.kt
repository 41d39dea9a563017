package org.cloformer.demo.photo

import android.content.Context
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.RectF
import android.util.AttributeSet
import android.widget.ImageView
import org.cloformer.demo.screen.Overlay

/** Shows the part of a photo that the network saw, and over it what the network found. */
class PhotoView(context: Context, attributes: AttributeSet?) : ImageView(context, attributes) {
    private val target = RectF()
    private var overlay: Overlay? = null

    fun show(crop: Bitmap, overlay: Overlay?) {
        this.overlay = overlay
        setImageBitmap(crop)
    }

    override fun onDraw(canvas: Canvas) {
        super.onDraw(canvas)
        val shown = drawable ?: return
        target.set(0f, 0f, shown.intrinsicWidth.toFloat(), shown.intrinsicHeight.toFloat())
        imageMatrix.mapRect(target)
        target.offset(paddingLeft.toFloat(), paddingTop.toFloat())
        overlay?.draw(canvas, target)
    }
}
