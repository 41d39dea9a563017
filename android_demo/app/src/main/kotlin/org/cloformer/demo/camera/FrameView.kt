package org.cloformer.demo.camera

import android.content.Context
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Paint
import android.graphics.RectF
import android.util.AttributeSet
import android.view.View
import org.cloformer.demo.screen.Overlay

/** Shows the processed frame, the part of it that the network saw, and what the network found there. */
class FrameView(context: Context, attributes: AttributeSet?) : View(context, attributes) {
    private val outline = Paint().apply {
        style = Paint.Style.STROKE
        strokeWidth = OUTLINE_DP * resources.displayMetrics.density
        color = Color.YELLOW
    }
    private val smooth = Paint(Paint.FILTER_BITMAP_FLAG)
    private val target = RectF()
    private var frame: Bitmap? = null
    private var cropHeight = 1f
    private var cropWidth = 1f
    private var overlay: Overlay? = null

    /** Shows a frame; [cropHeight] and [cropWidth] are the crop's shares of the frame's sides. */
    fun show(frame: Bitmap, cropHeight: Float, cropWidth: Float, overlay: Overlay?) {
        this.frame = frame
        this.cropHeight = cropHeight
        this.cropWidth = cropWidth
        this.overlay = overlay
        invalidate()
    }

    override fun onDraw(canvas: Canvas) {
        val shown = frame ?: return
        val scale = minOf(width.toFloat() / shown.width, height.toFloat() / shown.height)
        place(shown.width * scale, shown.height * scale)
        canvas.drawBitmap(shown, null, target, smooth)
        place(shown.width * scale * cropWidth, shown.height * scale * cropHeight)
        overlay?.draw(canvas, target)
        canvas.drawRect(target, outline)
    }

    private fun place(wide: Float, high: Float) =
        target.set((width - wide) / 2, (height - high) / 2, (width + wide) / 2, (height + high) / 2)

    private companion object {
        const val OUTLINE_DP = 2f
    }
}
