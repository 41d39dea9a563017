package org.cloformer.core

import java.io.File

/** Where the build put what the tests read: the bundle that the app ships, small ones of other tasks, and vectors. */
object TestFiles {
    val bundle = path("cloformer.bundles").listFiles(File::isDirectory).orEmpty().single()
    val vectors = path("cloformer.vectors")
    val denseVectors = path("cloformer.dense-vectors")

    /** What tests/android_demo/dense_bundles.py writes: networks that tell red, green and blue apart. */
    fun denseBundle(task: String) = File(path("cloformer.dense-bundles"), task)

    /** Where the tests leave records, for the toolkit's own reader to check. */
    val records = path("cloformer.records")

    private fun path(property: String) = File(System.getProperty(property)).absoluteFile
}
