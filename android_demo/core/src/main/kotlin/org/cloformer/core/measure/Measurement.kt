@file:OptIn(ExperimentalSerializationApi::class)

package org.cloformer.core.measure

import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonNamingStrategy
import org.cloformer.core.bundle.Task

/**
 * One artifact in one runtime and backend, with one thread count, on one device: a line of a `.jsonl` file, as in
 * docs/schemas/measurement.schema.json. Times are whole nanoseconds.
 *
 * A line may contain part of a case: some of its repeats, its memory or its self-test. Readers join the lines with the
 * same [case].
 */
@Serializable
data class Measurement(
    val schemaVersion: Int = 1,
    val case: String,
    val tool: ToolFacts,
    val device: DeviceFacts,
    val runtime: RuntimeFacts,
    val artifact: MeasuredArtifact,
    val model: MeasuredModel,
    val input: InputUsed,
    val protocol: Protocol,
    val repeats: List<Repeat> = emptyList(),
    val summary: Summary? = null,
    val memory: MemoryUse? = null,
    val selfTest: SelfTestFacts? = null,
    val failure: String? = null,
)

@Serializable
data class ToolFacts(val name: String, val version: String, val request: String)

/** The device; nothing here distinguishes one owner's device from another's. */
@Serializable
data class DeviceFacts(
    val kind: String,
    val manufacturer: String?,
    val model: String,
    val soc: String?,
    val os: String,
    val osVersion: String,
    val osBuild: String?,
    val cores: Int,
    val memoryBytes: Long?,
)

@Serializable
data class RuntimeFacts(val name: String, val version: String, val backend: String, val threads: Int?)

@Serializable
data class MeasuredArtifact(
    val file: String,
    val sha256: String,
    val bytes: Long,
    val bundle: String?,
    val target: String,
    val backend: String?,
    val precision: String,
    val form: String?,
)

@Serializable
data class MeasuredModel(
    val family: String,
    val variant: String,
    val task: Task,
    val numClasses: Int,
    val weights: String,
    val parameters: Long,
)

@Serializable
data class InputUsed(val shape: List<Int>, val dtype: String, val content: String)

/** The protocol: [repeats] times [warmUp] inferences, then [samples], and more until they have taken [seconds]. */
@Serializable
data class Protocol(val name: String, val repeats: Int, val warmUp: Int, val samples: Int, val seconds: Double = 0.0) {
    companion object {
        val DEFAULT = Protocol("default", repeats = 3, warmUp = 10, samples = 50)

        /** The single-stream rule of MLPerf Inference. */
        val RIGOROUS = Protocol("rigorous", repeats = 1, warmUp = 10, samples = 1024, seconds = 60.0)
    }
}

/** One uninterrupted series of samples; [thermal] has a state before the first and after each, or is null. */
@Serializable
data class Repeat(
    val index: Int,
    val started: String,
    val load: LoadTimes,
    val firstInferenceNs: Long,
    val samplesNs: List<Long>,
    val thermal: List<String>?,
    val interference: Interference,
)

@Serializable
data class LoadTimes(val coldNs: Long, val warmNs: Long, val fileCache: String)

/** What else the device was doing meanwhile; null means that the system does not report it. */
@Serializable
data class Interference(
    val batteryPercent: Double? = null,
    val charging: Boolean? = null,
    val lowPowerMode: Boolean? = null,
    val frequencyMhz: Double? = null,
)

@Serializable
data class MemoryUse(val peakBytes: Long, val beforeBytes: Long, val method: String)

@Serializable
data class SelfTestFacts(val images: Int, val maxAbs: Double, val top1Agreement: Double, val passed: Boolean)

/** The JSON format of records, which includes null and default values, so that each line is complete. */
val measurementJson = Json {
    namingStrategy = JsonNamingStrategy.SnakeCase
    encodeDefaults = true
}

fun Measurement.toLine(): String = measurementJson.encodeToString(Measurement.serializer(), this)
