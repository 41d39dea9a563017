package org.cloformer.core.engine

import org.cloformer.core.bundle.ArtifactFacts
import org.cloformer.core.bundle.Bundle

/** One way to run a bundle: an artifact, an engine and a backend. */
data class Choice(val engine: Engine, val artifact: ArtifactFacts, val backend: String) {
    val title: String get() = "${engine.runtime} $backend ${artifact.precision}"

    fun open(bundle: Bundle, threads: Int): EngineSession =
        engine.open(bundle.fileOf(artifact), artifact, backend, threads)
}

/** Returns every way to run [bundle] on this device; [unusable] is told why an engine has none. */
fun choicesOf(bundle: Bundle, engines: List<Engine>, unusable: (Engine, EngineFailure) -> Unit): List<Choice> =
    engines.flatMap { engine ->
        try {
            bundle.artifacts.filter { it.target == engine.target }
                .flatMap { artifact -> engine.backends(artifact).map { Choice(engine, artifact, it) } }
        } catch (error: EngineFailure) {
            unusable(engine, error)
            emptyList()
        }
    }
