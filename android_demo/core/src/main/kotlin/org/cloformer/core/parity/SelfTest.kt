package org.cloformer.core.parity

import org.cloformer.core.bundle.Bundle
import org.cloformer.core.engine.Choice
import org.cloformer.core.engine.EngineFailure
import org.cloformer.core.image.normalized

/** What replaying the golden vectors gave: [parity], or the [failure] that kept them from being replayed. */
data class SelfTestResult(val choice: Choice, val parity: Parity?, val failure: String?) {
    val passed: Boolean get() = parity?.passed == true
}

/** Replays the bundle's golden vectors with one choice of engine and backend. */
fun selfTest(bundle: Bundle, choice: Choice, threads: Int): SelfTestResult = try {
    val outputs = choice.open(bundle, threads).use { session ->
        bundle.goldenInputs().map { session.run(preparedFor(bundle, choice, it)) }
    }
    SelfTestResult(choice, compare(bundle.goldenOutputs(), outputs, choice.artifact.precision), null)
} catch (error: EngineFailure) {
    SelfTestResult(choice, null, error.message)
}

/** A golden input as the artifact takes it: normalised where it does not do so itself. */
fun preparedFor(bundle: Bundle, choice: Choice, goldenInput: FloatArray): FloatArray {
    if (choice.artifact.input.normalizationInGraph) return goldenInput
    return normalized(goldenInput, bundle.manifest.preprocessing)
}
