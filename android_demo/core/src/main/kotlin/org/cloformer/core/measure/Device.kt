package org.cloformer.core.measure

/** The facts that a measurement needs from the device that it runs on. */
interface Device {
    val facts: DeviceFacts

    /** Returns the system's thermal status, such as `none` or `severe`, or null if unknown; it must be cheap. */
    fun thermalState(): String?

    fun interference(): Interference

    /** Returns the memory of this process, in bytes. */
    fun residentBytes(): Long
}
