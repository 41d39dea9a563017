@file:OptIn(ExperimentalSerializationApi::class)

package org.cloformer.core.bundle

import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonNamingStrategy
import org.cloformer.core.detect.BoxCoding

/** The schema version that this app reads; see docs/schemas/manifest.schema.json. */
const val MANIFEST_SCHEMA_VERSION = 1

/**
 * `manifest.json`: everything the app needs to know about a bundle, with the fields of runtimes/bundle/manifest.py.
 *
 * @property boxes the rules for decoding a detector's boxes; null for other tasks
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

/** The network that a bundle contains; [numClasses] is 0 for features. */
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
 * The steps of preprocessing, in order: rotate upright, resize to cover [resize], cut [crop] out of the center, divide
 * by 255, and (unless the artifact does it) subtract [mean] and divide by [std]. Sizes are height and width.
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

/** One artifact; [sha256] is the file's hash, and [backend] is null if the runtime chooses it. */
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
    /** The [outputs] that the app uses. */
    val taken: List<OutputFacts> get() = outputs.filter { it.kind != OutputKind.BOXES }
}

/** The input that an artifact expects: [shape] is N, 3, H, W, and N is null if any batch size is accepted. */
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

/** An output of an artifact: [shape] begins with N, as the input's does, or with the number of objects (null). */
@Serializable
data class OutputFacts(val name: String, val kind: OutputKind, val shape: List<Int?>, val dtype: String)

/** Stored inputs, in [0, 1] before normalization, and the reference's outputs for them by name. */
@Serializable
data class GoldenFacts(
    val images: List<GoldenImage>,
    val inputs: GoldenTensor,
    val outputs: Map<String, GoldenTensor>,
)

@Serializable
data class GoldenImage(val file: String, val sha256: String)

/** A file of raw little-endian float32 values, row by row. */
@Serializable
data class GoldenTensor(
    val file: String,
    val sha256: String,
    val shape: List<Int>,
    val dtype: String,
    val byteOrder: String,
)

/** The strict JSON format: an unknown or missing field is an error that names its path. */
internal val manifestJson = Json { namingStrategy = JsonNamingStrategy.SnakeCase }
