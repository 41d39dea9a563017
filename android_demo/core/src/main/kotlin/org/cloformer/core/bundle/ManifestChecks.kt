package org.cloformer.core.bundle

import org.cloformer.core.detect.BoxCoding

/** Rejects a manifest whose parts do not fit together, or that requires something this app does not support. */
internal fun checkManifest(manifest: Manifest) {
    checkModel(manifest.model)
    checkPreprocessing(manifest.preprocessing)
    checkBoxes(manifest)
    checkGolden(manifest)
    val runnable = manifest.artifacts.filter { it.runsOnAndroid() }
    if (runnable.isEmpty()) {
        refuse("the bundle contains nothing that runs on Android", "export with --target onnx,executorch")
    }
    val repeated = manifest.artifacts.groupingBy { it.file }.eachCount().filterValues { it > 1 }.keys
    demand(repeated.isEmpty()) { "the manifest lists ${repeated.first()} more than once" }
    runnable.forEach { checkArtifact(it, manifest) }
}

private fun checkModel(model: ModelFacts) {
    val classes = if (model.task.hasClasses) 1..MOST_CLASSES else 0..0
    demand(model.numClasses in classes) { "the model, for ${model.task}, has ${model.numClasses} classes" }
    demand(model.parameters > 0) { "the model has ${model.parameters} parameters" }
}

private fun checkPreprocessing(contract: Preprocessing) {
    val sizes = contract.resize + contract.crop
    demand(contract.resize.size == 2 && contract.crop.size == 2 && sizes.all { it in 1..LARGEST_SIDE }) {
        "the preprocessing's ${contract.resize} and ${contract.crop} are not heights and widths up to $LARGEST_SIDE"
    }
    demand(contract.crop.zip(contract.resize).all { (crop, resize) -> crop <= resize }) {
        "the crop ${contract.crop} is larger than the image it is cut from, ${contract.resize}"
    }
    demand(contract.interpolation == "bicubic" && contract.antialias) {
        "the preprocessing requires interpolation ${contract.interpolation}; this app has antialiased bicubic"
    }
    demand(contract.colorOrder == "RGB") { "the preprocessing requires colors in the order ${contract.colorOrder}" }
    demand(contract.mean.size == 3 && contract.std.size == 3 && contract.mean.all { it.isFinite() }) {
        "the preprocessing needs three means and three standard deviations"
    }
    demand(contract.std.all { it.isFinite() && it > 0 }) {
        "a standard deviation of ${contract.std} cannot be divided by"
    }
}

private fun checkBoxes(manifest: Manifest) {
    val task = manifest.model.task
    val coding = manifest.boxes
    demand((coding != null) == (task == Task.DETECTION)) {
        if (coding == null) {
            "the manifest does not say how boxes are decoded"
        } else {
            "there are boxes in a model for $task"
        }
    }
    coding?.let(::checkCoding)
}

private fun checkCoding(coding: BoxCoding) {
    demand(coding.levels.isNotEmpty() && coding.levels.all { it.stride in 1..LARGEST_SIDE }) {
        "the boxes' strides ${coding.levels.map { it.stride }} are not between 1 and $LARGEST_SIDE"
    }
    val sizes = coding.levels.map { it.sizes }
    demand(sizes.all { level -> level.isNotEmpty() && level.all { it.size == 2 } }) {
        "each level of the boxes needs anchors with a width and a height"
    }
    demand(sizes.flatten().flatten().all { it.isFinite() && it > 0 }) { "an anchor has no width or no height" }
    demand(coding.largestLogRatio.isFinite() && coding.largestLogRatio >= 0) {
        "the boxes' sides cannot change by exp(${coding.largestLogRatio})"
    }
    demand(coding.scoreThreshold in 0f..1f && coding.iouThreshold in 0f..1f) {
        "the boxes' thresholds ${coding.scoreThreshold} and ${coding.iouThreshold} are not between 0 and 1"
    }
    demand(coding.candidates in 1..MOST_BOXES && coding.most in 1..MOST_BOXES) {
        "${coding.most} boxes of ${coding.candidates} candidates cannot be kept"
    }
}

private fun checkGolden(manifest: Manifest) {
    val (images, inputs, outputs) = manifest.golden
    demand(images.isNotEmpty()) { "the bundle has no golden vectors" }
    demand(inputs.shape == listOf(images.size, 3) + manifest.preprocessing.crop) {
        "the golden inputs' shape ${inputs.shape} does not fit ${images.size} images of ${manifest.preprocessing.crop}"
    }
    demand((outputs.values + inputs).all { it.dtype == "float32" && it.byteOrder == "little" }) {
        "the golden vectors are not little-endian float32"
    }
}

internal const val LARGEST_SIDE = 4096
private const val MOST_CLASSES = 100_000
private const val MOST_BOXES = 100_000
