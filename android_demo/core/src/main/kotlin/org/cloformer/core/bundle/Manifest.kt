@file:OptIn(ExperimentalSerializationApi::class)

package org.cloformer.core.bundle

import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonNamingStrategy
import org.cloformer.core.detect.BoxCoding

/** The schema version that this app reads; docs/schemas/manifest.schema.json is its text. */
const val MANIFEST_SCHEMA_VERSION = 1

/**
 * `manifest.json`: all that the app needs to know of a bundle. Field for field what runtimes/bundle/manifest.py writes.
 *
 * @property boxes how a detector's outputs are read; null for other tasks
 */
@Serializable
data class Manifest(
    val schemaVersion: Int,
    val model: ModelFacts,
    val preprocessing: Preprocessing,
    val boxes: BoxCoding?,
    val labelsFile: String,
    val labelsSha256: String,
    val golden: GoldenFacts,
    val artifacts: List<ArtifactFacts>,
)

/** [numClasses] is 0 for features. */
@Serializable
data class ModelFacts(
    val family: String,
    val variant: String,
    val task: Task,
    val numClasses: Int,
    val parameters: Long,
    val weights: WeightsFacts,
)

@Serializable
data class WeightsFacts(val name: String, val source: String, val sha256: String)

/**
 * What is done to an image, in this order: turn it upright, resize it to cover [resize], cut [crop] out of the center,
 * divide by 255, and (where the artifact does not) subtract [mean] and divide by [std]. Sizes are height and width.
 */
@Serializable
data class Preprocessing(
    val resize: List<Int>,
    val crop: List<Int>,
    val interpolation: String,
    val antialias: Boolean,
    val colorOrder: String,
    val mean: List<Float>,
    val std: List<Float>,
)

/** One artifact; [sha256] is the file's. [backend] is null where the runtime chooses. */
@Serializable
data class ArtifactFacts(
    val file: String,
    val format: String,
    val sha256: String,
    val bytes: Long,
    val target: String,
    val backend: String?,
    val precision: String,
    val form: String,
    val input: InputFacts,
    val outputs: List<OutputFacts>,
    val minimumOs: String?,
    val soc: String?,
    val computeUnits: String?,
    val tools: Map<String, String>,
) {
    /** The [outputs] that the app takes. */
    val taken: List<OutputFacts> get() = outputs.filter { it.kind != OutputKind.BOXES }
}

/** What an artifact takes: [shape] is N, 3, H, W, and N is null where any batch is taken. */
@Serializable
data class InputFacts(
    val name: String,
    val kind: String,
    val shape: List<Int?>,
    val layout: String,
    val dtype: String,
    val colorOrder: String,
    val valueRange: List<Float>?,
    val normalizationInGraph: Boolean,
)

/** What an artifact gives: the first of [shape] is N, as an input's, or the number of objects, which is null. */
@Serializable
data class OutputFacts(val name: String, val kind: OutputKind, val shape: List<Int?>, val dtype: String)

/** Stored inputs, in [0, 1] before normalization, and what the reference gives for them, by the outputs' names. */
@Serializable
data class GoldenFacts(
    val images: List<GoldenImage>,
    val inputs: GoldenTensor,
    val outputs: Map<String, GoldenTensor>,
)

@Serializable
data class GoldenImage(val file: String, val sha256: String)

/** Raw little-endian float32 values, row by row. */
@Serializable
data class GoldenTensor(
    val file: String,
    val sha256: String,
    val shape: List<Int>,
    val dtype: String,
    val byteOrder: String,
)

/** Strict: an unknown or a missing field is an error that names its place. */
internal val manifestJson = Json { namingStrategy = JsonNamingStrategy.SnakeCase }
