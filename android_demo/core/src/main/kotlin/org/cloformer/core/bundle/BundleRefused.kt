package org.cloformer.core.bundle

/** A bundle that the app cannot use: [problem] says what is wrong with it, and [remedy] what to do. */
class BundleRefused(val problem: String, val remedy: String, cause: Throwable? = null) : Exception(problem, cause)

internal fun refuse(problem: String, remedy: String = "export the bundle again, and push all of its files"): Nothing =
    throw BundleRefused(problem, remedy)

internal fun demand(holds: Boolean, problem: () -> String) {
    if (!holds) refuse(problem())
}
