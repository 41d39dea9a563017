package org.cloformer.core.bundle

import java.io.File
import java.io.RandomAccessFile
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.createSymbolicLinkPointingTo
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import org.cloformer.core.TestFiles
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

/** Each case damages a copy of the real bundle in one way; the app must say what is wrong, and never crash. */
class BadBundleTest {
    class Case(val name: String, val says: String, val damage: (Copy) -> Unit) {
        override fun toString() = name
    }

    /** A copy of the bundle, whose manifest can be changed by paths such as `model.task` and `artifacts.0.bytes`. */
    class Copy(val folder: File) {
        private val manifest = File(folder, "manifest.json")

        fun file(name: String) = File(folder, name)

        fun set(path: String, value: JsonElement) = edit(path.split('.')) { value }

        fun set(path: String, value: String) = set(path, JsonPrimitive(value))

        fun set(path: String, value: Number) = set(path, JsonPrimitive(value))

        fun remove(path: String) = edit(path.split('.')) { null }

        /** Writes other contents, and the hash that fits them. */
        fun forge(name: String, hash: String, contents: ByteArray) {
            file(name).writeBytes(contents)
            set(hash, sha256Of(file(name)))
        }

        private fun edit(path: List<String>, change: (JsonElement?) -> JsonElement?) {
            val root = Json.parseToJsonElement(manifest.readText())
            manifest.writeText(replaced(root, path, change).toString())
        }

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

    @ParameterizedTest
    @MethodSource("cases")
    fun `is refused with a message`(case: Case, @TempDir folder: Path) {
        val copy = Copy(File(folder.toFile(), "bundle"))
        TestFiles.bundle.copyRecursively(copy.folder)
        case.damage(copy)
        val refused = assertFailsWith<BundleRefused> { openBundle(copy.folder) }
        assertTrue(case.says in refused.problem, "\"${refused.problem}\" does not say \"${case.says}\"")
        assertTrue(refused.problem.length < 400 && '\n' !in refused.problem, refused.problem)
        assertTrue(refused.remedy.isNotEmpty())
    }

    companion object {
        private const val ONNX = "model_fp32.onnx"

        private fun truncate(file: File, length: Long) = RandomAccessFile(file, "rw").use { it.setLength(length) }

        private fun flipBit(file: File) = RandomAccessFile(file, "rw").use {
            it.seek(it.length() / 2)
            val byte = it.read()
            it.seek(it.length() / 2)
            it.write(byte xor 1)
        }

        private fun ints(vararg values: Int) = JsonArray(values.map { JsonPrimitive(it) })

        private val classes = openBundle(TestFiles.bundle).labels.size

        @JvmStatic
        fun cases() = listOf(
            // the folder and the manifest as a file
            Case("no folder", "there is no bundle") { it.folder.deleteRecursively() },
            Case("a file in place of the folder", "there is no bundle") {
                it.folder.deleteRecursively()
                it.folder.writeText("")
            },
            Case("no manifest", "lacks manifest.json") { it.file("manifest.json").delete() },
            Case("empty manifest", "does not follow its schema") { it.file("manifest.json").writeText("") },
            Case("truncated manifest", "does not follow its schema") { truncate(it.file("manifest.json"), 700) },
            Case("manifest that is not text", "not UTF-8") { it.file("manifest.json").writeBytes(ByteArray(99) {
                -1 })
            },
            Case("manifest that is a list", "no JSON object") { it.file("manifest.json").writeText("[]") },
            Case("manifest nested 100,000 deep", "does not follow its schema") {
                it.file("manifest.json").writeText("[".repeat(100_000))
            },
            Case("huge manifest", "more than any real one") { truncate(it.file("manifest.json"), 5L shl 20) },
            // the manifest's schema
            Case("schema of the future", "schema version 2") { it.set("schema_version", 2) },
            Case("no schema version", "schema version null") { it.remove("schema_version") },
            Case("schema version that is a list", "does not follow its schema") { it.set("schema_version", ints(1)) },
            Case("unknown field", "surprise") { it.set("surprise", 1) },
            Case("missing field", "numClasses") { it.remove("model.num_classes") },
            Case("field of another type", "does not follow its schema") { it.set("model.num_classes", "many") },
            Case("number beyond its type", "does not follow its schema") { it.set("model.num_classes", 1L shl 40) },
            Case("null where there must be a value", "does not follow its schema") { it.set("labels_file", JsonNull) },
            // what the parts say of each other
            Case("another task", "segmentation") { it.set("model.task", "segmentation") },
            Case("no classes", "0 classes") { it.set("model.num_classes", 0) },
            Case("more classes than logits", "golden outputs") { it.set("model.num_classes", classes + 1) },
            Case("another interpolation", "nearest") { it.set("preprocessing.interpolation", "nearest") },
            Case("crop larger than the image", "larger than the image") {
                it.set("preprocessing.resize", ints(32, 32))
            },
            Case("negative sizes", "heights and widths") { it.set("preprocessing.crop", ints(-64, 64)) },
            Case("one size in place of two", "heights and widths") { it.set("preprocessing.resize", ints(73)) },
            Case("size of a huge image", "heights and widths") {
                it.set("preprocessing.resize", ints(1 shl 30, 1 shl 30))
            },
            Case("a standard deviation of 0", "cannot be divided by") {
                it.set("preprocessing.std", JsonArray(listOf(0, 1, 1).map { value -> JsonPrimitive(value) }))
            },
            Case("input of another shape", "does not fit the crop") {
                it.set("artifacts.0.input.shape", ints(1, 3, 32, 32))
            },
            Case("input of another rank", "does not fit the crop") {
                it.set("artifacts.0.input.shape", ints(3, 64, 64))
            },
            Case("batches of 4", "4 images at once") { it.set("artifacts.0.input.shape", ints(4, 3, 64, 64)) },
            Case("integer input", "takes uint8") { it.set("artifacts.0.input.dtype", "uint8") },
            Case("values up to 255", "takes values in") { it.set("artifacts.0.input.value_range", ints(0, 255)) },
            Case("output of another shape", "logits for") {
                it.set("artifacts.0.outputs.0.shape", ints(1, classes + 1))
            },
            Case("two outputs", "gives [logits, logits]") { copy ->
                val output = Json.parseToJsonElement(copy.file("manifest.json").readText())
                    .jsonObject["artifacts"]!!.jsonArray[0].jsonObject["outputs"]!!.jsonArray[0]
                copy.set("artifacts.0.outputs", JsonArray(listOf(output, output)))
            },
            Case("nothing for Android", "nothing that runs on Android") {
                it.set("artifacts.0.target", "coreml")
                it.set("artifacts.1.target", "coreml")
            },
            Case("no artifacts", "nothing that runs on Android") { it.set("artifacts", JsonArray(emptyList())) },
            Case("one file listed twice", "more than once") { it.set("artifacts.1.file", ONNX) },
            // the artifacts' files
            Case("missing artifact", "lacks $ONNX") { it.file(ONNX).delete() },
            Case("truncated artifact", "bytes; the manifest says") { truncate(it.file(ONNX), 1000) },
            Case("artifact with a longer end", "bytes; the manifest says") { it.file(ONNX).appendBytes(ByteArray(1)) },
            Case("one bit of the artifact differs", "its sha256 differs") { flipBit(it.file(ONNX)) },
            Case("wrong sha256", "its sha256 differs") { it.set("artifacts.0.sha256", "0".repeat(64)) },
            Case("sha256 that is none", "not 64 hexadecimal digits") { it.set("artifacts.0.sha256", "abc") },
            Case("folder in place of the artifact", "is not a file") {
                it.file(ONNX).delete()
                it.file(ONNX).mkdir()
            },
            // paths that lead out of the bundle
            Case("path traversal", "not a plain path") { it.set("artifacts.0.file", "../../databases/secret.db") },
            Case("path traversal within", "not a plain path") { it.set("artifacts.0.file", "golden/../../$ONNX") },
            Case("absolute path", "not a plain path") { it.set("labels_file", "/proc/self/environ") },
            Case("backslashes", "not a plain path") { it.set("labels_file", "..\\labels.txt") },
            Case("a NUL in the path", "not a plain path") { it.set("labels_file", "labels.txt\u0000.png") },
            Case("empty path", "not a plain path") { it.set("golden.inputs.file", "") },
            Case("link out of the bundle", "leads outside") {
                it.file(ONNX).delete()
                it.file(ONNX).toPath().createSymbolicLinkPointingTo(TestFiles.bundle.resolve(ONNX).toPath())
            },
            // labels
            Case("missing labels", "lacks labels.txt") { it.file("labels.txt").delete() },
            Case("labels of another model", "its sha256 differs") { it.file("labels.txt").appendText("one more\n") },
            Case("one label too few", "names ${classes - 1} classes") { copy ->
                val fewer = copy.file("labels.txt").readLines().drop(1).joinToString("\n", postfix = "\n")
                copy.forge("labels.txt", "labels_sha256", fewer.encodeToByteArray())
            },
            Case("an empty label", "empty line") { copy ->
                val gap = List(classes) { index -> if (index == 1) " " else "class $index" }.joinToString("\n")
                copy.forge("labels.txt", "labels_sha256", gap.encodeToByteArray())
            },
            Case("labels that are not text", "not UTF-8") { it.forge("labels.txt", "labels_sha256", ByteArray(64) {
                -2 })
            },
            Case("huge labels", "more than any real one") { copy ->
                truncate(copy.file("labels.txt"), 9L shl 20)
                copy.set("labels_sha256", sha256Of(copy.file("labels.txt")))
            },
            Case("a huge label", "of more than") { copy ->
                val long = List(classes) { "x".repeat(if (it == 0) 100_000 else 1) }.joinToString("\n")
                copy.forge("labels.txt", "labels_sha256", long.encodeToByteArray())
            },
            // golden vectors
            Case("missing golden inputs", "lacks golden/inputs.f32") { it.file("golden/inputs.f32").delete() },
            Case("truncated golden outputs", "does not fit its shape") { truncate(it.file("golden/outputs.f32"), 100) },
            Case("golden shape whose product overflows", "golden inputs") {
                it.set("golden.inputs.shape", ints(1 shl 30, 1 shl 30, 1 shl 30, 1 shl 30))
            },
            Case("golden inputs for fewer images", "golden inputs") {
                it.set("golden.inputs.shape", ints(7, 3, 64, 64))
            },
            Case("big-endian golden vectors", "little-endian") { it.set("golden.outputs.byte_order", "big") },
            Case("golden outputs that are not numbers", "not finite") { copy ->
                val bytes = copy.file("golden/outputs.f32").readBytes()
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, Float.NaN)
                copy.forge("golden/outputs.f32", "golden.outputs.sha256", bytes)
            },
            Case("damaged golden image", "its sha256 differs") { flipBit(it.file("golden/00_astronaut.png")) },
            Case("no golden images", "no golden vectors") { it.set("golden.images", JsonArray(emptyList())) },
        )

        init {
            check(Files.isDirectory(TestFiles.bundle.toPath()))
        }
    }
}
