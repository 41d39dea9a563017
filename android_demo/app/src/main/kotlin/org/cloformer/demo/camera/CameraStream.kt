package org.cloformer.demo.camera

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.ImageFormat
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.display.DisplayManager
import android.media.Image
import android.media.ImageReader
import android.os.Handler
import android.os.HandlerThread
import android.view.Display
import android.view.Surface
import kotlin.math.abs
import org.cloformer.core.image.Orientation
import org.cloformer.core.image.Plane
import org.cloformer.core.image.RgbImage
import org.cloformer.core.image.turned
import org.cloformer.core.image.yuvToRgb

/**
 * Upright frames of the back camera, or of any other. Frames that arrive while one is being processed are dropped.
 *
 * @param onFrame called on a separate thread
 * @param onFailure called once, on that thread, with the system's reason
 */
class CameraStream(
    private val context: Context,
    private val onFrame: (RgbImage) -> Unit,
    private val onFailure: (String) -> Unit,
) : AutoCloseable {
    private val manager = context.getSystemService(CameraManager::class.java)
    private val thread = HandlerThread("camera").apply { start() }
    private val handler = Handler(thread.looper)
    private var device: CameraDevice? = null
    private var reader: ImageReader? = null
    private var closed = false

    /** Says whether the device has any camera. */
    val available: Boolean get() = try {
        manager.cameraIdList.isNotEmpty()
    } catch (_: CameraAccessException) {
        false
    }

    /** Starts the stream; the caller must have the camera permission. */
    @SuppressLint("MissingPermission")
    fun open() = guarded {
        val id = manager.cameraIdList.firstOrNull { facing(it) == CameraCharacteristics.LENS_FACING_BACK }
            ?: manager.cameraIdList.firstOrNull()
        if (id == null) {
            onFailure("it was unplugged")
        } else {
            manager.openCamera(id, Opened(manager.getCameraCharacteristics(id)), handler)
        }
    }

    /** Stops the stream; no frame arrives after the thread has seen this. */
    override fun close() {
        handler.post {
            closed = true
            device?.close()
            reader?.close()
            thread.quitSafely()
        }
    }

    private inner class Opened(private val facts: CameraCharacteristics) : CameraDevice.StateCallback() {
        override fun onOpened(camera: CameraDevice) {
            if (closed) return camera.close()
            device = camera
            guarded { startFrames(camera, facts) }
        }

        override fun onDisconnected(camera: CameraDevice) = fail(camera, "another app took it")

        override fun onError(camera: CameraDevice, error: Int) = fail(camera, "error $error")

        private fun fail(camera: CameraDevice, reason: String) {
            camera.close()
            if (!closed) onFailure(reason)
        }
    }

    private fun startFrames(camera: CameraDevice, facts: CameraCharacteristics) {
        val offered = facts[CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP]!!
        val size = offered.getOutputSizes(ImageFormat.YUV_420_888).minBy { abs(it.width * it.height - WANTED_PIXELS) }
        val reader = ImageReader.newInstance(size.width, size.height, ImageFormat.YUV_420_888, 2)
        reader.setOnImageAvailableListener({ it.acquireLatestImage()?.use { image -> deliver(image, facts) } }, handler)
        this.reader = reader
        val configured = object : CameraCaptureSession.StateCallback() {
            override fun onConfigured(session: CameraCaptureSession) = guarded {
                val request = camera.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW)
                request.addTarget(reader.surface)
                session.setRepeatingRequest(request.build(), null, handler)
            }

            override fun onConfigureFailed(session: CameraCaptureSession) = onFailure("it does not support the format")
        }
        @Suppress("DEPRECATION") // its successor needs API 28
        camera.createCaptureSession(listOf(reader.surface), configured, handler)
    }

    private fun deliver(image: Image, facts: CameraCharacteristics) {
        if (closed) return
        val (y, u, v) = image.planes.map { plane ->
            val bytes = ByteArray(plane.buffer.remaining()).also { plane.buffer.get(it) }
            Plane(bytes, plane.rowStride, plane.pixelStride)
        }
        onFrame(yuvToRgb(image.width, image.height, y, u, v).turned(Orientation.clockwise(degreesToUpright(facts))))
    }

    /** Returns the rotation from the sensor, which is fixed to the device, to the screen, which rotates. */
    private fun degreesToUpright(facts: CameraCharacteristics): Int {
        val display = context.getSystemService(DisplayManager::class.java).getDisplay(Display.DEFAULT_DISPLAY)
        val turned = when (display.rotation) {
            Surface.ROTATION_90 -> 90
            Surface.ROTATION_180 -> 180
            Surface.ROTATION_270 -> 270
            else -> 0
        }
        val sensor = facts[CameraCharacteristics.SENSOR_ORIENTATION] ?: 0
        val front = facts[CameraCharacteristics.LENS_FACING] == CameraCharacteristics.LENS_FACING_FRONT
        return if (front) sensor + turned else sensor - turned
    }

    private fun facing(id: String): Int? = manager.getCameraCharacteristics(id)[CameraCharacteristics.LENS_FACING]

    private fun guarded(action: () -> Unit) = try {
        action()
    } catch (error: CameraAccessException) {
        onFailure(error.message.orEmpty())
    } catch (error: IllegalStateException) { // closed by the system between two calls
        onFailure(error.message.orEmpty())
    } catch (error: SecurityException) { // the permission was revoked, or a policy forbids the camera
        onFailure(error.message.orEmpty())
    }

    private companion object {
        /** The preferred frame size: enough for a crop of 224, and fast to convert. */
        const val WANTED_PIXELS = 640 * 480
    }
}
