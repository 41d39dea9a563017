package org.cloformer.core.parity

import org.cloformer.core.bundle.Bundle
import org.cloformer.core.bundle.OutputFacts
import org.cloformer.core.engine.Choice
import org.cloformer.core.engine.EngineFailure
import org.cloformer.core.image.normalized

/** The parity of one of an artifact's outputs with the reference's. */
data class OutputParity(val output: OutputFacts, val parity: Parity)

/** The result of replaying the golden vectors: the parity of all [outputs], or the [failure] that prevented it. */
data class SelfTestResult(val choice: Choice, val outputs: List<OutputParity>, val failure: String?) {
    val passed: Boolean get() = failure == null && outputs.all { it.parity.passed }
}

/** Replays the bundle's golden vectors with one choice of engine and backend. */
fun selfTest(bundle: Bundle, choice: Choice, threads: Int): SelfTestResult = try {
    val found = choice.open(bundle, threads).use { session ->
        bundle.goldenInputs().map { session.run(preparedFor(bundle, choice, it)) }
    }
    val classes = bundle.manifest.model.numClasses
    val compared = choice.artifact.taken.map { output ->
        val outputs = found.map { it.getValue(output.name) }
        val reference = bundle.goldenOutput(output.name)
        OutputParity(output, compare(reference, outputs, choice.artifact.precision, output.kind, classes))
    }
    SelfTestResult(choice, compared, null)
} catch (error: EngineFailure) {
    SelfTestResult(choice, emptyList(), error.message.orEmpty())
}

/** Returns a golden input as the artifact expects it: normalized, unless the artifact normalizes it itself. */
fun preparedFor(bundle: Bundle, choice: Choice, goldenInput: FloatArray): FloatArray {
    if (choice.artifact.input.normalizationInGraph) return goldenInput
    return normalized(goldenInput, bundle.manifest.preprocessing)
}
