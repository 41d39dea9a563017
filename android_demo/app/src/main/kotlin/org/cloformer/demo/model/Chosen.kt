package org.cloformer.demo.model

import org.cloformer.core.bundle.Bundle
import org.cloformer.core.engine.Choice
import org.cloformer.core.engine.choicesOf
import org.cloformer.demo.DemoApplication

/** Thrown when the device has no bundles. */
class NoBundles : Exception()

/** Thrown when no engine on this device can run the bundle; [reasons] has one reason per engine. */
class NoEngine(val reasons: List<String>) : Exception(reasons.joinToString("\n"))

/** A bundle with every way to run it here. */
class Offered(val bundle: Bundle, val choices: List<Choice>, val unusable: List<String>)

/** The bundle and the choice that the settings selected. */
class Chosen(val bundle: Bundle, val choice: Choice, val threads: Int)

/** Opens the bundle [name], which takes long enough to need a background thread. */
fun DemoApplication.offeredBy(name: String): Offered {
    val unusable = mutableListOf<String>()
    val bundle = store.open(name)
    val choices = choicesOf(bundle, engines) { _, failure -> unusable += failure.message.orEmpty() }
    return Offered(bundle, choices, unusable)
}

/**
 * Opens the bundle and the choice in the settings, or the first available ones.
 *
 * @throws NoBundles there are no bundles
 * @throws NoEngine no engine can run the bundle
 * @throws org.cloformer.core.bundle.BundleRefused the bundle is damaged
 */
fun DemoApplication.chosen(): Chosen {
    val names = store.names()
    val name = settings.bundle.takeIf { it in names } ?: names.firstOrNull() ?: throw NoBundles()
    val offered = offeredBy(name)
    val choice = settings.chosenFrom(offered.choices) ?: throw NoEngine(offered.unusable)
    return Chosen(offered.bundle, choice, settings.threads)
}
