package org.cloformer.core.measure

/** What a measurement asks of the device that it runs on. */
interface Device {
    val facts: DeviceFacts

    /** The system's word for how hot it is, such as `none` or `severe`; null where it does not tell. Cheap. */
    fun thermalState(): String?

    fun interference(): Interference

    /** What this process holds in memory, in bytes. */
    fun residentBytes(): Long
}
