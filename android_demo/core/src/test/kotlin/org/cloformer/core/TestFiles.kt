package org.cloformer.core

import java.io.File

/** Where the build put what the tests read: the bundle that the app ships, and the preprocessing vectors. */
object TestFiles {
    val bundle = folder("cloformer.bundles").listFiles(File::isDirectory).orEmpty().single()
    val vectors = folder("cloformer.vectors")

    /** Where the tests leave records, for the toolkit's own reader to check. */
    val records = folder("cloformer.records")

    private fun folder(property: String) = File(System.getProperty(property)).absoluteFile
}
