package org.cloformer.core.bundle

import org.cloformer.core.detect.anchorCount

/** Says whether the app has an engine for the artifact; a bundle may contain others, and may be pushed without them. */
fun ArtifactFacts.runsOnAndroid(): Boolean = target in setOf("onnx", "executorch") && input.kind == "tensor"

/** Rejects an artifact whose inputs or outputs do not fit the rest of the [manifest]. */
internal fun checkArtifact(artifact: ArtifactFacts, manifest: Manifest) {
    demand(artifact.bytes > 0) { "the manifest says that ${artifact.file} is empty" }
    checkInput(artifact, manifest.preprocessing)
    checkOutputs(artifact, manifest)
}

private fun checkInput(artifact: ArtifactFacts, contract: Preprocessing) {
    val name = artifact.file
    val input = artifact.input
    demand(input.dtype == "float32" && input.layout == "NCHW" && input.colorOrder == "RGB") {
        "$name expects ${input.dtype} ${input.layout} ${input.colorOrder}; this app provides float32 NCHW RGB"
    }
    demand(input.shape.size == 4 && input.shape.drop(1) == listOf(3) + contract.crop) {
        "$name expects ${input.shape}, which does not fit the crop ${contract.crop}"
    }
    demand(isOneImage(input.shape)) { "$name expects ${input.shape[0]} images at once; this app provides one" }
    demand(input.normalizationInGraph || input.valueRange == null) {
        "$name expects normalized input, but declares a value range"
    }
    demand(!input.normalizationInGraph || input.valueRange == listOf(0f, 1f)) {
        "$name expects values in ${input.valueRange}; this app provides [0, 1]"
    }
}

private fun checkOutputs(artifact: ArtifactFacts, manifest: Manifest) {
    val task = manifest.model.task
    val names = artifact.taken.map { it.name }
    val golden = manifest.golden.outputs
    demand(task.fits(artifact.outputs.map { it.kind })) {
        "${artifact.file} returns ${artifact.outputs.map { it.kind }}; a model for $task returns ${task.outputs}"
    }
    demand(names.size == golden.size && names.toSet() == golden.keys) {
        "${artifact.file} returns $names; there are golden vectors of ${golden.keys}"
    }
    artifact.outputs.forEach { checkOutput(artifact.file, it, manifest) }
    for (output in artifact.taken) {
        val stored = golden.getValue(output.name)
        demand(stored.shape == listOf(manifest.golden.images.size) + output.shape.drop(1)) {
            "the golden outputs' shape ${stored.shape} does not fit ${output.name} of ${artifact.file}, ${output.shape}"
        }
    }
}

private fun checkOutput(file: String, output: OutputFacts, manifest: Manifest) {
    demand(output.dtype == "float32") { "$file returns ${output.name} in ${output.dtype}; this app expects float32" }
    val wanted = dimensionsOf(output.kind, manifest)
    val found = output.shape.drop(1)
    val fits = found.zip(wanted).all { (length, range) -> length != null && length in range }
    demand(isOneImage(output.shape) && found.size == wanted.size && fits) {
        val shape = listOf(1) + wanted.map { if (it.first == it.last) it.first else it }
        "$file returns ${output.name} of shape ${output.shape}; this model's ${output.kind} would have $shape"
    }
}

/** The range of each dimension's length, without the batch. */
private fun dimensionsOf(kind: OutputKind, manifest: Manifest): List<LongRange> {
    val (height, width) = manifest.preprocessing.crop
    val classes = exactly(manifest.model.numClasses.toLong())
    val anchors = exactly(manifest.boxes?.let { anchorCount(it, height, width) } ?: 0)
    return when (kind) {
        OutputKind.LOGITS -> listOf(classes)
        OutputKind.FEATURE_MAP -> listOf(1L..MOST_CHANNELS, 1L..height, 1L..width)
        OutputKind.CLASS_MAP -> listOf(classes, 1L..height, 1L..width)
        OutputKind.CLASS_LOGITS -> listOf(anchors, classes)
        OutputKind.BOX_DELTAS -> listOf(anchors, exactly(4))
        OutputKind.BOXES -> listOf(exactly(BOX_COLUMNS))
    }
}

private fun exactly(length: Long) = length..length

/** Says whether the batch may be one image; null means any number. */
private fun isOneImage(shape: List<Int?>): Boolean = shape.isNotEmpty() && (shape[0] ?: 1) == 1

/** The number of columns of decoded boxes: corners, score and class. */
private const val BOX_COLUMNS = 6L
private const val MOST_CHANNELS = 65_536L
