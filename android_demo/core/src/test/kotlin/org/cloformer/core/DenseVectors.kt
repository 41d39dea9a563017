@file:OptIn(ExperimentalSerializationApi::class)

package org.cloformer.core

import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonNamingStrategy
import org.cloformer.core.bundle.OutputKind
import org.cloformer.core.detect.BoxCoding

/** What tests/dense_vectors.py writes: outputs of made-up networks, and what the toolkit makes of them. */
@Serializable
class DenseVectors(val boxes: List<Boxes>, val masks: List<Masks>, val parity: List<Comparison>) {
    @Serializable
    class Boxes(
        val size: List<Int>,
        val coding: BoxCoding,
        val classLogits: List<FloatArray>,
        val boxDeltas: List<FloatArray>,
        val expected: List<ExpectedBox>,
    ) {
        override fun toString() = "$size, ${classLogits.first().size} classes, ${expected.size} boxes"
    }

    @Serializable
    class ExpectedBox(val corners: List<Float>, val score: Float, val target: Int)

    @Serializable
    class Masks(val classMap: List<List<FloatArray>>, val expected: List<IntArray>) {
        override fun toString() = "${classMap.size} classes"
    }

    @Serializable
    class Comparison(
        val kind: OutputKind,
        val precision: String,
        val shape: List<Int>,
        val reference: FloatArray,
        val outputs: FloatArray,
        val decided: Int,
        val maxAbs: Double,
        val cosine: Double,
        val psnrDb: Double?,
        val top1Agreement: Double,
        val sensitivity: Double,
        val passed: Boolean,
    ) {
        override fun toString() = "$kind, $precision, max-abs $maxAbs"
    }

    companion object {
        private val json = Json { namingStrategy = JsonNamingStrategy.SnakeCase }

        val all: DenseVectors by lazy { json.decodeFromString(serializer(), TestFiles.denseVectors.readText()) }
    }
}

fun flat(rows: List<FloatArray>): FloatArray = rows.flatMap { it.asIterable() }.toFloatArray()
