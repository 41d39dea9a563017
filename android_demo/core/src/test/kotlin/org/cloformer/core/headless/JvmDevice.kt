package org.cloformer.core.headless

import java.io.File
import org.cloformer.core.bundle.Task
import org.cloformer.core.measure.Device
import org.cloformer.core.measure.DeviceFacts
import org.cloformer.core.measure.InputUsed
import org.cloformer.core.measure.Interference
import org.cloformer.core.measure.MeasuredArtifact
import org.cloformer.core.measure.MeasuredModel
import org.cloformer.core.measure.Measurement
import org.cloformer.core.measure.Progress
import org.cloformer.core.measure.Protocol
import org.cloformer.core.measure.RuntimeFacts
import org.cloformer.core.measure.ToolFacts

/** This computer, which never says that it is a phone; it grows hotter with every question. */
class JvmDevice(private val states: List<String?> = listOf("none", "light", "moderate")) : Device {
    private var asked = 0

    override val facts = DeviceFacts(
        kind = "computer", manufacturer = null, model = "a JVM", soc = null, os = System.getProperty("os.name"),
        osVersion = System.getProperty("os.version"), osBuild = null, cores = 1, memoryBytes = null,
    )

    override fun thermalState() = states[asked++ % states.size]

    override fun interference() = Interference(batteryPercent = 80.0, charging = false)

    override fun residentBytes(): Long =
        File("/proc/self/status").readLines().first { it.startsWith("VmRSS:") }.filter(Char::isDigit).toLong() * 1024
}

object Unhindered : Progress {
    override fun sampled(done: Int, total: Int) = Unit

    override fun check() = Unit
}

fun measurement(case: String) = Measurement(
    case = case,
    tool = ToolFacts("CloFormer Android", "test", "{}"),
    device = JvmDevice().facts,
    runtime = RuntimeFacts("ONNX Runtime", "1", "cpu", 1),
    artifact = MeasuredArtifact("model_fp32.onnx", "0".repeat(64), 1, null, "onnx", null, "fp32", null),
    model = MeasuredModel("CloFormer", "xxs", Task.CLASSIFICATION, 10, "random", 1),
    input = InputUsed(listOf(1, 3, 64, 64), "float32", "golden"),
    protocol = Protocol.DEFAULT,
)
