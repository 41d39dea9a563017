package org.cloformer.demo.screen

import android.os.Handler
import android.os.Looper
import java.util.concurrent.ExecutorService
import java.util.concurrent.Executors
import java.util.concurrent.RejectedExecutionException

/**
 * One background thread of a screen. Sessions must not be used by two threads at once, so everything that uses one runs
 * here; results are shown on the main thread, unless the screen is gone by then.
 */
class Worker {
    private val thread: ExecutorService = Executors.newSingleThreadExecutor()
    private val main = Handler(Looper.getMainLooper())

    @Volatile private var closed = false

    /** Runs [work] in the background, and [show] with its result on the main thread. */
    fun <T> run(work: () -> T, show: (Result<T>) -> Unit) = submit {
        val result = try {
            Result.success(work())
        } catch (error: Exception) {
            Result.failure(error)
        } catch (error: OutOfMemoryError) {
            Result.failure(error)
        }
        post { show(result) }
    }

    /** Runs [action] on the main thread. */
    fun post(action: () -> Unit) {
        main.post { if (!closed) action() }
    }

    /** Stops showing results, and runs [last] after the current work. */
    fun close(last: () -> Unit = {}) {
        closed = true
        submit(last)
        thread.shutdown()
    }

    private fun submit(action: () -> Unit) {
        try {
            thread.execute(action)
        } catch (_: RejectedExecutionException) {
            // The screen was closed meanwhile; nobody is waiting for this anymore.
        }
    }
}
