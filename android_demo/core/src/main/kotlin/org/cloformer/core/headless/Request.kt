@file:OptIn(ExperimentalSerializationApi::class)

package org.cloformer.core.headless

import java.io.File
import java.io.IOException
import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.SerialName
import kotlinx.serialization.Serializable
import kotlinx.serialization.SerializationException
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonNamingStrategy
import org.cloformer.core.engine.Choice
import org.cloformer.core.measure.Protocol

/** A request from a computer, as described in android_demo/README.md; null or omitted fields match everything. */
@Serializable
data class Request(
    val schemaVersion: Int,
    val kind: Kind,
    val bundle: String,
    val runtime: String? = null,
    val backend: String? = null,
    val precision: String? = null,
    val threads: Int = 1,
    val protocol: Protocol = Protocol.DEFAULT,
    val repeats: List<Int>? = null,
    val memory: Boolean = true,
) {
    @Serializable
    enum class Kind {
        @SerialName("benchmark") BENCHMARK,
        @SerialName("self-test") SELF_TEST,
        @SerialName("inspect") INSPECT,
    }

    fun wants(choice: Choice): Boolean =
        (runtime == null || runtime == choice.engine.runtime) &&
            (backend == null || backend == choice.backend) &&
            (precision == null || precision == choice.artifact.precision)
}

/** A request that is invalid or cannot be read. */
class RequestRefused(val problem: String, cause: Throwable? = null) : Exception(problem, cause)

/** Returns the path of the file `<folder>/<id><suffix>`; an id is a plain name. */
fun fileOfRequest(folder: File, id: String, suffix: String): File {
    if (!ID.matches(id)) throw RequestRefused("the request's id may only contain letters, digits, - and _, at most 64")
    return File(folder, id + suffix)
}

/**
 * Reads a request.
 *
 * @throws RequestRefused the request is invalid or cannot be read
 */
fun readRequest(file: File): Request {
    val request = try {
        if (file.length() > MOST_BYTES) throw RequestRefused("${file.name} has ${file.length()} bytes")
        requestJson.decodeFromString(Request.serializer(), file.readText())
    } catch (error: IOException) {
        throw RequestRefused("${file.name} cannot be read: ${error.message}", error)
    } catch (error: SerializationException) {
        throw RequestRefused("${file.name} is not a request: ${error.message?.lineSequence()?.first()}", error)
    }
    val problem = when {
        request.schemaVersion != SCHEMA_VERSION -> "has schema version ${request.schemaVersion}, not $SCHEMA_VERSION"
        '/' in request.bundle || request.bundle.startsWith(".") ->
            "names the bundle \"${request.bundle}\", which is not a plain name"
        request.threads !in 1..MOST_THREADS -> "asks for ${request.threads} threads"
        request.protocol.samples !in 1..MOST_SAMPLES -> "asks for ${request.protocol.samples} samples"
        request.protocol.repeats !in 1..MOST_REPEATS -> "asks for ${request.protocol.repeats} repeats"
        request.protocol.warmUp !in 1..MOST_SAMPLES -> "asks for ${request.protocol.warmUp} warm-up inferences"
        request.protocol.seconds !in 0.0..MOST_SECONDS -> "asks for ${request.protocol.seconds} seconds"
        request.repeats.orEmpty().any { it !in 0 until request.protocol.repeats } ->
            "asks for repeats beyond its protocol"
        else -> null
    }
    if (problem != null) throw RequestRefused("${file.name} $problem")
    return request
}

internal val requestJson = Json { namingStrategy = JsonNamingStrategy.SnakeCase }

private val ID = Regex("[A-Za-z0-9_-]{1,64}")
private const val SCHEMA_VERSION = 1
private const val MOST_BYTES = 1L shl 16
private const val MOST_THREADS = 64
private const val MOST_SAMPLES = 1_000_000
private const val MOST_REPEATS = 1_000
private const val MOST_SECONDS = 3600.0
