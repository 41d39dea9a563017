package org.cloformer.demo.model

import android.app.ActivityManager
import android.content.Context
import android.content.pm.PackageManager
import android.os.BatteryManager
import android.os.Build
import android.os.PowerManager
import java.io.File
import org.cloformer.core.measure.Device
import org.cloformer.core.measure.DeviceFacts
import org.cloformer.core.measure.Interference

/** This device, as far as Android describes it, and without anything that identifies its owner. */
class AndroidDevice(private val context: Context) : Device {
    private val power = context.getSystemService(PowerManager::class.java)
    private val battery = context.getSystemService(BatteryManager::class.java)

    @Volatile private var thermal: String? = null

    override val facts = DeviceFacts(
        kind = kind(),
        manufacturer = Build.MANUFACTURER,
        model = Build.MODEL,
        soc = soc(),
        os = "Android",
        osVersion = Build.VERSION.RELEASE,
        osBuild = Build.ID,
        cores = Runtime.getRuntime().availableProcessors(),
        memoryBytes = ActivityManager.MemoryInfo()
            .also { context.getSystemService(ActivityManager::class.java).getMemoryInfo(it) }.totalMem,
    )

    init {
        // A listener, because asking the system between samples would affect the measurement.
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.Q) {
            thermal = THERMAL_NAMES.getOrNull(power.currentThermalStatus)
            power.addThermalStatusListener { thermal = THERMAL_NAMES.getOrNull(it) }
        }
    }

    override fun thermalState(): String? = thermal

    override fun interference() = Interference(
        batteryPercent = battery.getIntProperty(BatteryManager.BATTERY_PROPERTY_CAPACITY)
            .takeIf { it in 0..100 }?.toDouble(),
        charging = battery.isCharging,
        lowPowerMode = power.isPowerSaveMode,
        frequencyMhz = fastestCoreMhz(),
    )

    override fun residentBytes(): Long =
        File("/proc/self/status").useLines { lines -> lines.first { it.startsWith("VmRSS:") } }
            .filter(Char::isDigit).toLong() * KILOBYTE

    private fun soc(): String? =
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) Build.SOC_MODEL.takeIf { it != Build.UNKNOWN } else null

    private fun kind(): String = when {
        EMULATORS.any { it in Build.HARDWARE } || Build.FINGERPRINT.startsWith("generic") -> "emulator"
        context.packageManager.hasSystemFeature(PackageManager.FEATURE_PC) -> "computer"
        context.resources.configuration.smallestScreenWidthDp >= TABLET_WIDTH_DP -> "tablet"
        else -> "phone"
    }

    /** Returns the clock of the fastest core, or null if the vendor does not let apps read it. */
    private fun fastestCoreMhz(): Double? = File("/sys/devices/system/cpu").listFiles().orEmpty()
        .map { File(it, "cpufreq/scaling_cur_freq") }
        .mapNotNull { file -> runCatching { file.readText().trim().toDouble() / KILOHERTZ_PER_MHZ }.getOrNull() }
        .maxOrNull()

    private companion object {
        /** The names of thermal statuses, indexed by PowerManager's numbers. */
        val THERMAL_NAMES = listOf("none", "light", "moderate", "severe", "critical", "emergency", "shutdown")
        val EMULATORS = listOf("goldfish", "ranchu", "robolectric")
        const val TABLET_WIDTH_DP = 600
        const val KILOBYTE = 1024L
        const val KILOHERTZ_PER_MHZ = 1000.0
    }
}
