package org.cloformer.core.bundle

import java.io.File
import java.io.IOException
import java.nio.ByteBuffer
import java.nio.ByteOrder
import java.nio.charset.CharacterCodingException
import java.nio.charset.CodingErrorAction
import kotlinx.serialization.SerializationException
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.intOrNull
import kotlinx.serialization.json.jsonPrimitive

/** A folder with one model at one size, checked completely against its manifest. */
class Bundle internal constructor(val folder: File, val manifest: Manifest, val labels: List<String>) {
    val name: String get() = folder.name

    /** The artifacts that this app can run. */
    val artifacts: List<ArtifactFacts> get() = manifest.artifacts.filter { it.runsOnAndroid() }

    fun fileOf(artifact: ArtifactFacts): File = File(folder, artifact.file)

    /** Returns the golden inputs in [0, 1], one C, H, W array per image. */
    fun goldenInputs(): List<FloatArray> = rows(manifest.golden.inputs)

    /** Returns the reference's output [name], one array per image. */
    fun goldenOutput(name: String): List<FloatArray> = rows(manifest.golden.outputs.getValue(name))

    private fun rows(tensor: GoldenTensor): List<FloatArray> {
        val values = readFloats(folder, tensor)
        val length = values.size / tensor.shape[0]
        return List(tensor.shape[0]) { values.copyOfRange(it * length, (it + 1) * length) }
    }
}

/**
 * Reads the bundle in [folder] and checks every file that the app uses.
 *
 * @throws BundleRefused the bundle is damaged or unusable
 */
fun openBundle(folder: File): Bundle {
    val manifest = readManifest(folder)
    checkManifest(manifest)
    val labels = readLabels(folder, manifest)
    manifest.golden.images.forEach { verifiedFile(folder, it.file, it.sha256) }
    (listOf(manifest.golden.inputs) + manifest.golden.outputs.values).forEach { readFloats(folder, it) }
    manifest.artifacts.filter { it.runsOnAndroid() }.forEach { artifact ->
        val length = fileWithin(folder, artifact.file).length()
        demand(length == artifact.bytes) { "${artifact.file} has $length bytes; the manifest says ${artifact.bytes}" }
        verifiedFile(folder, artifact.file, artifact.sha256)
    }
    return Bundle(folder, manifest, labels)
}

private fun readManifest(folder: File): Manifest {
    if (!folder.isDirectory) refuse("there is no bundle $folder")
    val text = readText(fileWithin(folder, "manifest.json"), MOST_MANIFEST_BYTES)
    return try {
        val root = manifestJson.parseToJsonElement(text) as? JsonObject ?: refuse("manifest.json is not a JSON object")
        val version = (root["schema_version"]?.jsonPrimitive)?.intOrNull
        if (version != MANIFEST_SCHEMA_VERSION) {
            val remedy = "use the app and the exporter of the same version"
            refuse("the bundle's manifest has schema version $version; this app reads $MANIFEST_SCHEMA_VERSION", remedy)
        }
        manifestJson.decodeFromJsonElement(Manifest.serializer(), root)
    } catch (error: SerializationException) {
        throw unreadable(error)
    } catch (error: IllegalArgumentException) {
        throw unreadable(error)
    }
}

private fun unreadable(error: Exception): BundleRefused {
    val reason = error.message.orEmpty().lineSequence().first().take(MOST_REASON)
    return BundleRefused("manifest.json does not follow its schema: $reason", "export the bundle again", error)
}

private fun readLabels(folder: File, manifest: Manifest): List<String> {
    val text = readText(verifiedFile(folder, manifest.labelsFile, manifest.labelsSha256), MOST_LABEL_BYTES)
    val lines = if (text.isEmpty()) emptyList() else text.removeSuffix("\n").split("\n")
    val labels = lines.map { it.removeSuffix("\r") }
    demand(labels.size == manifest.model.numClasses) {
        "${manifest.labelsFile} names ${labels.size} classes; the model has ${manifest.model.numClasses}"
    }
    demand(labels.none { it.isBlank() }) { "${manifest.labelsFile} has an empty line" }
    demand(labels.all { it.length <= LONGEST_LABEL }) {
        "${manifest.labelsFile} has a name of more than $LONGEST_LABEL characters"
    }
    return labels
}

private fun readFloats(folder: File, tensor: GoldenTensor): FloatArray {
    val count = tensor.shape.fold(1L) { product, length -> Math.multiplyExact(product, length.toLong()) }
    val file = fileWithin(folder, tensor.file)
    demand(count * Float.SIZE_BYTES == file.length() && file.length() <= MOST_GOLDEN_BYTES) {
        "${tensor.file} has ${file.length()} bytes, which does not fit its shape ${tensor.shape}"
    }
    verifiedFile(folder, tensor.file, tensor.sha256)
    val buffer = ByteBuffer.wrap(file.readBytes()).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer()
    val values = FloatArray(buffer.remaining()).also { buffer.get(it) }
    demand(values.all { it.isFinite() }) { "${tensor.file} contains a value that is not finite" }
    return values
}

private fun readText(file: File, mostBytes: Long): String {
    demand(file.length() <= mostBytes) { "${file.name} has ${file.length()} bytes, which is too large" }
    val decoder = Charsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT)
    return try {
        decoder.decode(ByteBuffer.wrap(file.readBytes())).toString()
    } catch (error: CharacterCodingException) {
        throw BundleRefused("${file.name} is not UTF-8 text", "export the bundle again", error)
    } catch (error: IOException) {
        throw BundleRefused("${file.name} cannot be read: ${error.message}", "push the bundle again", error)
    }
}

private const val MOST_MANIFEST_BYTES = 4L shl 20
private const val MOST_LABEL_BYTES = 8L shl 20
private const val MOST_GOLDEN_BYTES = 512L shl 20
private const val LONGEST_LABEL = 1000
private const val MOST_REASON = 200
