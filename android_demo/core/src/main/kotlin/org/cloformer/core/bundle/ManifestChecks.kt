package org.cloformer.core.bundle

/** Says whether the app has an engine for the artifact; a bundle may hold others, and may be pushed without them. */
fun ArtifactFacts.runsOnAndroid(): Boolean = target in setOf("onnx", "executorch") && input.kind == "tensor"

/** Refuses a manifest whose parts do not fit each other, or ask for what this app does not do. */
internal fun checkManifest(manifest: Manifest) {
    checkModel(manifest.model)
    checkPreprocessing(manifest.preprocessing)
    checkGolden(manifest)
    val runnable = manifest.artifacts.filter { it.runsOnAndroid() }
    if (runnable.isEmpty()) {
        refuse("the bundle holds nothing that runs on Android", "export with --target onnx,executorch")
    }
    val repeated = manifest.artifacts.groupingBy { it.file }.eachCount().filterValues { it > 1 }.keys
    demand(repeated.isEmpty()) { "the manifest lists ${repeated.first()} more than once" }
    runnable.forEach { checkArtifact(it, manifest) }
}

private fun checkModel(model: ModelFacts) {
    if (model.task != "classification") {
        refuse("the model's task is ${model.task}; this app shows classifications", "export a classification model")
    }
    demand(model.numClasses in 1..MOST_CLASSES) { "the model has ${model.numClasses} classes" }
    demand(model.parameters > 0) { "the model has ${model.parameters} parameters" }
}

private fun checkPreprocessing(contract: Preprocessing) {
    val sizes = contract.resize + contract.crop
    demand(contract.resize.size == 2 && contract.crop.size == 2 && sizes.all { it in 1..LARGEST_SIDE }) {
        "the preprocessing's ${contract.resize} and ${contract.crop} are no two heights and widths up to $LARGEST_SIDE"
    }
    demand(contract.crop.zip(contract.resize).all { (crop, resize) -> crop <= resize }) {
        "the crop ${contract.crop} is larger than the image it is cut from, ${contract.resize}"
    }
    demand(contract.interpolation == "bicubic" && contract.antialias) {
        "the preprocessing asks for interpolation ${contract.interpolation}; this app has antialiased bicubic"
    }
    demand(contract.colorOrder == "RGB") { "the preprocessing asks for colours in the order ${contract.colorOrder}" }
    demand(contract.mean.size == 3 && contract.std.size == 3 && contract.mean.all { it.isFinite() }) {
        "the preprocessing needs three means and three standard deviations"
    }
    demand(contract.std.all { it.isFinite() && it > 0 }) {
        "a standard deviation of ${contract.std} cannot be divided by"
    }
}

private fun checkGolden(manifest: Manifest) {
    val (images, inputs, outputs) = manifest.golden
    val count = images.size
    demand(count > 0) { "the bundle has no golden vectors" }
    demand(inputs.shape == listOf(count, 3) + manifest.preprocessing.crop) {
        "the golden inputs' shape ${inputs.shape} does not fit $count images of ${manifest.preprocessing.crop}"
    }
    demand(outputs.shape == listOf(count, manifest.model.numClasses)) {
        "the golden outputs' shape ${outputs.shape} does not fit $count images and ${manifest.model.numClasses} classes"
    }
    demand(listOf(inputs, outputs).all { it.dtype == "float32" && it.byteOrder == "little" }) {
        "the golden vectors are not little-endian float32"
    }
}

private fun checkArtifact(artifact: ArtifactFacts, manifest: Manifest) {
    val name = artifact.file
    val input = artifact.input
    demand(input.dtype == "float32" && input.layout == "NCHW" && input.colorOrder == "RGB") {
        "$name takes ${input.dtype} ${input.layout} ${input.colorOrder}; this app gives float32 NCHW RGB"
    }
    demand(input.shape.size == 4 && input.shape.drop(1) == listOf(3) + manifest.preprocessing.crop) {
        "$name takes ${input.shape}, which does not fit the crop ${manifest.preprocessing.crop}"
    }
    demand(input.shape[0] == null || input.shape[0] == 1) {
        "$name takes ${input.shape[0]} images at once; this app gives one"
    }
    demand(input.normalizationInGraph || input.valueRange == null) {
        "$name wants the normalisation done, but gives a range"
    }
    demand(!input.normalizationInGraph || input.valueRange == listOf(0f, 1f)) {
        "$name takes values in ${input.valueRange}; this app gives [0, 1]"
    }
    val output = artifact.outputs.singleOrNull()
    demand(output?.kind == "logits" && output.dtype == "float32" && output.shape.size == 2) {
        "$name gives ${artifact.outputs.map { it.kind }}; this app takes one float32 tensor of logits"
    }
    demand(output?.shape?.get(1) == manifest.model.numClasses) {
        "$name gives ${output?.shape?.get(1)} logits for ${manifest.model.numClasses} classes"
    }
    demand(artifact.bytes > 0) { "the manifest says that $name is empty" }
}

private const val LARGEST_SIDE = 4096
private const val MOST_CLASSES = 100_000
