package org.cloformer.demo.model

import org.cloformer.core.bundle.Bundle
import org.cloformer.core.engine.Choice
import org.cloformer.core.engine.choicesOf
import org.cloformer.demo.DemoApplication

/** The device has no bundle at all. */
class NoBundles : Exception()

/** No engine on this device can run the bundle; [reasons] has what each said. */
class NoEngine(val reasons: List<String>) : Exception(reasons.joinToString("\n"))

/** A bundle with every way to run it here. */
class Offered(val bundle: Bundle, val choices: List<Choice>, val unusable: List<String>)

/** What the settings stand for, now that it was looked at. */
class Chosen(val bundle: Bundle, val choice: Choice, val threads: Int)

/** Opens the bundle [name]; takes long enough for a background thread. */
fun DemoApplication.offeredBy(name: String): Offered {
    val unusable = mutableListOf<String>()
    val bundle = store.open(name)
    val choices = choicesOf(bundle, engines) { _, failure -> unusable += failure.message.orEmpty() }
    return Offered(bundle, choices, unusable)
}

/**
 * Opens what the settings say, or the first that there is.
 *
 * @throws NoBundles there is none
 * @throws NoEngine nothing runs it
 * @throws org.cloformer.core.bundle.BundleRefused it is damaged
 */
fun DemoApplication.chosen(): Chosen {
    val names = store.names()
    val name = settings.bundle.takeIf { it in names } ?: names.firstOrNull() ?: throw NoBundles()
    val offered = offeredBy(name)
    val choice = settings.chosenFrom(offered.choices) ?: throw NoEngine(offered.unusable)
    return Chosen(offered.bundle, choice, settings.threads)
}
