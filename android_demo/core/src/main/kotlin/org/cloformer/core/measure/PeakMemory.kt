package org.cloformer.core.measure

import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicLong
import kotlin.concurrent.thread

/** Runs [action] and returns the peak memory of the process meanwhile, sampled every 5 ms. */
internal fun peakMemory(device: Device, action: () -> Unit): MemoryUse {
    System.gc()
    val before = device.residentBytes()
    val peak = AtomicLong(before)
    val done = CountDownLatch(1)
    val look = { peak.set(maxOf(peak.get(), device.residentBytes())) }
    val watcher = thread(name = "peak-memory") {
        while (!done.await(INTERVAL_MS, TimeUnit.MILLISECONDS)) look()
    }
    try {
        action()
    } finally {
        done.countDown()
        watcher.join()
    }
    look()
    return MemoryUse(peak.get(), before, "VmRSS, every $INTERVAL_MS ms")
}

private const val INTERVAL_MS = 5L
