package org.cloformer.core.bundle

import java.io.File
import java.io.RandomAccessFile
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.createSymbolicLinkPointingTo
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import org.cloformer.core.TestFiles
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

/** Each case damages a copy of the real bundle in one way; the app must say what is wrong, and never crash. */
class BadBundleTest {
    @ParameterizedTest
    @MethodSource("cases")
    fun `is refused with a message`(case: Damage, @TempDir folder: Path) = assertRefused(TestFiles.bundle, case, folder)

    companion object {
        private const val ONNX = "model_fp32.onnx"

        private fun truncate(file: File, length: Long) = RandomAccessFile(file, "rw").use { it.setLength(length) }

        private fun flipBit(file: File) = RandomAccessFile(file, "rw").use {
            it.seek(it.length() / 2)
            val byte = it.read()
            it.seek(it.length() / 2)
            it.write(byte xor 1)
        }

        private val classes = openBundle(TestFiles.bundle).labels.size

        @JvmStatic
        fun cases() = listOf(
            // the folder and the manifest as a file
            Damage("no folder", "there is no bundle") { it.folder.deleteRecursively() },
            Damage("a file in place of the folder", "there is no bundle") {
                it.folder.deleteRecursively()
                it.folder.writeText("")
            },
            Damage("no manifest", "the bundle has no manifest.json") { it.file("manifest.json").delete() },
            Damage("empty manifest", "does not follow its schema") { it.file("manifest.json").writeText("") },
            Damage("truncated manifest", "does not follow its schema") { truncate(it.file("manifest.json"), 700) },
            Damage("manifest that is not text", "not UTF-8") { it.file("manifest.json").writeBytes(ByteArray(99) {
                -1 })
            },
            Damage("manifest that is a list", "not a JSON object") { it.file("manifest.json").writeText("[]") },
            Damage("manifest nested 100,000 deep", "does not follow its schema") {
                it.file("manifest.json").writeText("[".repeat(100_000))
            },
            Damage("huge manifest", "too large") { truncate(it.file("manifest.json"), 5L shl 20) },
            // the manifest's schema
            Damage("schema of the future", "schema version 2") { it.set("schema_version", 2) },
            Damage("no schema version", "schema version null") { it.remove("schema_version") },
            Damage("schema version that is a list", "does not follow its schema") { it.set("schema_version", ints(1)) },
            Damage("unknown field", "surprise") { it.set("surprise", 1) },
            Damage("missing field", "numClasses") { it.remove("model.num_classes") },
            Damage("field of another type", "does not follow its schema") { it.set("model.num_classes", "many") },
            Damage("number beyond its type", "does not follow its schema") { it.set("model.num_classes", 1L shl 40) },
            Damage("null where there must be a value", "does not follow its schema") {
                it.set("labels_file", JsonNull)
            },
            // what the parts say of each other
            Damage("a task of the future", "does not follow its schema") { it.set("model.task", "captions") },
            Damage("another task", "a model for segmentation returns [class_map]") {
                it.set("model.task", "segmentation")
            },
            Damage("no classes", "0 classes") { it.set("model.num_classes", 0) },
            Damage("more classes than logits", "this model's logits would have [1, ${classes + 1}]") {
                it.set("model.num_classes", classes + 1)
            },
            Damage("another interpolation", "nearest") { it.set("preprocessing.interpolation", "nearest") },
            Damage("crop larger than the image", "larger than the image") {
                it.set("preprocessing.resize", ints(32, 32))
            },
            Damage("negative sizes", "heights and widths") { it.set("preprocessing.crop", ints(-64, 64)) },
            Damage("one size in place of two", "heights and widths") { it.set("preprocessing.resize", ints(73)) },
            Damage("size of a huge image", "heights and widths") {
                it.set("preprocessing.resize", ints(1 shl 30, 1 shl 30))
            },
            Damage("a standard deviation of 0", "cannot be divided by") {
                it.set("preprocessing.std", JsonArray(listOf(0, 1, 1).map { value -> JsonPrimitive(value) }))
            },
            Damage("input of another shape", "does not fit the crop") {
                it.set("artifacts.0.input.shape", ints(1, 3, 32, 32))
            },
            Damage("input of another rank", "does not fit the crop") {
                it.set("artifacts.0.input.shape", ints(3, 64, 64))
            },
            Damage("batches of 4", "4 images at once") { it.set("artifacts.0.input.shape", ints(4, 3, 64, 64)) },
            Damage("integer input", "expects uint8") { it.set("artifacts.0.input.dtype", "uint8") },
            Damage("values up to 255", "expects values in") { it.set("artifacts.0.input.value_range", ints(0, 255)) },
            Damage("output of another shape", "this model's logits would have") {
                it.set("artifacts.0.outputs.0.shape", ints(1, classes + 1))
            },
            Damage("two outputs", "returns [logits, logits]") { copy ->
                val output = copy.get("artifacts.0.outputs.0")
                copy.set("artifacts.0.outputs", JsonArray(listOf(output, output)))
            },
            Damage("nothing for Android", "nothing that runs on Android") {
                it.set("artifacts.0.target", "coreml")
                it.set("artifacts.1.target", "coreml")
            },
            Damage("no artifacts", "nothing that runs on Android") { it.set("artifacts", JsonArray(emptyList())) },
            Damage("one file listed twice", "more than once") { it.set("artifacts.1.file", ONNX) },
            // the artifacts' files
            Damage("missing artifact", "the bundle has no $ONNX") { it.file(ONNX).delete() },
            Damage("truncated artifact", "bytes; the manifest says") { truncate(it.file(ONNX), 1000) },
            Damage("artifact with a longer end", "bytes; the manifest says") {
                it.file(ONNX).appendBytes(ByteArray(1))
            },
            Damage("one bit of the artifact differs", "its sha256 differs") { flipBit(it.file(ONNX)) },
            Damage("wrong sha256", "its sha256 differs") { it.set("artifacts.0.sha256", "0".repeat(64)) },
            Damage("sha256 that is none", "not 64 hexadecimal digits") { it.set("artifacts.0.sha256", "abc") },
            Damage("folder in place of the artifact", "is not a file") {
                it.file(ONNX).delete()
                it.file(ONNX).mkdir()
            },
            // paths that lead out of the bundle
            Damage("path traversal", "not a plain path") { it.set("artifacts.0.file", "../../databases/secret.db") },
            Damage("path traversal within", "not a plain path") { it.set("artifacts.0.file", "golden/../../$ONNX") },
            Damage("absolute path", "not a plain path") { it.set("labels_file", "/proc/self/environ") },
            Damage("backslashes", "not a plain path") { it.set("labels_file", "..\\labels.txt") },
            Damage("a NUL in the path", "not a plain path") { it.set("labels_file", "labels.txt\u0000.png") },
            Damage("empty path", "not a plain path") { it.set("golden.inputs.file", "") },
            Damage("link out of the bundle", "leads outside") {
                it.file(ONNX).delete()
                it.file(ONNX).toPath().createSymbolicLinkPointingTo(TestFiles.bundle.resolve(ONNX).toPath())
            },
            // labels
            Damage("missing labels", "the bundle has no labels.txt") { it.file("labels.txt").delete() },
            Damage("labels of another model", "its sha256 differs") { it.file("labels.txt").appendText("one more\n") },
            Damage("one label too few", "names ${classes - 1} classes") { copy ->
                val fewer = copy.file("labels.txt").readLines().drop(1).joinToString("\n", postfix = "\n")
                copy.forge("labels.txt", "labels_sha256", fewer.encodeToByteArray())
            },
            Damage("an empty label", "empty line") { copy ->
                val gap = List(classes) { index -> if (index == 1) " " else "class $index" }.joinToString("\n")
                copy.forge("labels.txt", "labels_sha256", gap.encodeToByteArray())
            },
            Damage("labels that are not text", "not UTF-8") { it.forge("labels.txt", "labels_sha256", ByteArray(64) {
                -2 })
            },
            Damage("huge labels", "too large") { copy ->
                truncate(copy.file("labels.txt"), 9L shl 20)
                copy.set("labels_sha256", sha256Of(copy.file("labels.txt")))
            },
            Damage("a huge label", "of more than") { copy ->
                val long = List(classes) { "x".repeat(if (it == 0) 100_000 else 1) }.joinToString("\n")
                copy.forge("labels.txt", "labels_sha256", long.encodeToByteArray())
            },
            // golden vectors
            Damage("missing golden inputs", "the bundle has no golden/inputs.f32") { it.file("golden/inputs.f32").delete() },
            Damage("truncated golden outputs", "does not fit its shape") {
                truncate(it.file("golden/logits.f32"), 100)
            },
            Damage("golden shape whose product overflows", "golden inputs") {
                it.set("golden.inputs.shape", ints(1 shl 30, 1 shl 30, 1 shl 30, 1 shl 30))
            },
            Damage("golden inputs for fewer images", "golden inputs") {
                it.set("golden.inputs.shape", ints(7, 3, 64, 64))
            },
            Damage("golden outputs for fewer images", "golden outputs' shape") {
                it.set("golden.outputs.logits.shape", ints(7, classes))
            },
            Damage("golden outputs of another name", "golden vectors of [probabilities]") { copy ->
                copy.set("golden.outputs.probabilities", copy.get("golden.outputs.logits"))
                copy.remove("golden.outputs.logits")
            },
            Damage("no golden outputs", "golden vectors of []") { it.set("golden.outputs", JsonObject(emptyMap())) },
            Damage("big-endian golden vectors", "little-endian") { it.set("golden.outputs.logits.byte_order", "big") },
            Damage("golden outputs that are not numbers", "not finite") { copy ->
                val bytes = copy.file("golden/logits.f32").readBytes()
                ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, Float.NaN)
                copy.forge("golden/logits.f32", "golden.outputs.logits.sha256", bytes)
            },
            Damage("damaged golden image", "its sha256 differs") { flipBit(it.file("golden/00_astronaut.png")) },
            Damage("no golden images", "no golden vectors") { it.set("golden.images", JsonArray(emptyList())) },
        )

        init {
            check(Files.isDirectory(TestFiles.bundle.toPath()))
        }
    }
}
