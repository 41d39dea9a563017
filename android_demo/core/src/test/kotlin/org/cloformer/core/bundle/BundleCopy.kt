package org.cloformer.core.bundle

import java.io.File
import java.nio.file.Path
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject

/** A copy of a bundle, whose manifest can be changed by paths such as `model.task` and `artifacts.0.bytes`. */
class BundleCopy(original: File, val folder: File) {
    private val manifest = File(folder, "manifest.json")

    init {
        original.copyRecursively(folder)
    }

    fun file(name: String) = File(folder, name)

    fun get(path: String): JsonElement = path.split('.').fold(root()) { element, key ->
        if (element is JsonArray) element.jsonArray[key.toInt()] else element.jsonObject.getValue(key)
    }

    fun set(path: String, value: JsonElement) = edit(path.split('.')) { value }

    fun set(path: String, value: String) = set(path, JsonPrimitive(value))

    fun set(path: String, value: Number) = set(path, JsonPrimitive(value))

    fun remove(path: String) = edit(path.split('.')) { null }

    /** Writes other contents, and the hash that fits them. */
    fun forge(name: String, hash: String, contents: ByteArray) {
        file(name).writeBytes(contents)
        set(hash, sha256Of(file(name)))
    }

    private fun root() = Json.parseToJsonElement(manifest.readText())

    private fun edit(path: List<String>, change: (JsonElement?) -> JsonElement?) =
        manifest.writeText(replaced(root(), path, change).toString())

    private fun replaced(
        element: JsonElement?,
        path: List<String>,
        change: (JsonElement?) -> JsonElement?,
    ): JsonElement? {
        if (path.isEmpty()) return change(element)
        val (key, rest) = path.first() to path.drop(1)
        if (element is JsonArray) {
            return JsonArray(element.mapIndexed { index, inner ->
                if (index == key.toInt()) replaced(inner, rest, change)!! else inner
            })
        }
        val fields = element!!.jsonObject.toMutableMap()
        val inner = replaced(fields[key], rest, change)
        if (inner == null) fields.remove(key) else fields[key] = inner
        return JsonObject(fields)
    }
}

/** One way to damage a bundle, and what the app [says] of it. */
class Damage(private val name: String, val says: String, val inflict: (BundleCopy) -> Unit) {
    override fun toString() = name
}

fun ints(vararg values: Int) = JsonArray(values.map { JsonPrimitive(it) })

/** Damages a copy of [original]; the app must say what is wrong, and never crash. */
fun assertRefused(original: File, damage: Damage, folder: Path) {
    val copy = BundleCopy(original, File(folder.toFile(), "bundle"))
    damage.inflict(copy)
    val refused = assertFailsWith<BundleRefused> { openBundle(copy.folder) }
    assertTrue(damage.says in refused.problem, "\"${refused.problem}\" does not say \"${damage.says}\"")
    assertTrue(refused.problem.length < 400 && '\n' !in refused.problem, refused.problem)
    assertTrue(refused.remedy.isNotEmpty())
}
