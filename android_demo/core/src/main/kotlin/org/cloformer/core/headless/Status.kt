@file:OptIn(ExperimentalSerializationApi::class)

package org.cloformer.core.headless

import java.io.File
import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.SerialName
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonNamingStrategy
import org.cloformer.core.measure.DeviceFacts

/**
 * The status of a request: `results/<id>.status.json`, replaced atomically whenever it changes.
 *
 * @property lines the number of lines of `results/<id>.jsonl`, whose hash is [sha256]
 * @property problem the reason why the request, or one of its cases, failed
 */
@Serializable
data class Status(
    val schemaVersion: Int = 1,
    val state: State,
    val step: String = "",
    val lines: Int = 0,
    val sha256: String? = null,
    val problem: String? = null,
    val device: DeviceFacts? = null,
    val choices: List<Offer> = emptyList(),
) {
    @Serializable
    enum class State {
        @SerialName("running") RUNNING,
        @SerialName("done") DONE,
        @SerialName("failed") FAILED,
        @SerialName("stopped") STOPPED,
    }
}

/** One way to run the bundle on this device, which a request can select. */
@Serializable
data class Offer(val runtime: String, val version: String, val backend: String, val precision: String, val file: String)

/** Writes [status] next to [file] and moves it there, so that a reader sees either the old or the new one. */
fun writeStatus(file: File, status: Status) {
    file.absoluteFile.parentFile?.mkdirs()
    val unfinished = File(file.absoluteFile.parentFile, "unfinished_${file.name}")
    unfinished.writeText(statusJson.encodeToString(Status.serializer(), status) + "\n")
    check(unfinished.renameTo(file)) { "$file cannot be replaced" }
}

private val statusJson = Json {
    namingStrategy = JsonNamingStrategy.SnakeCase
    encodeDefaults = true
}
