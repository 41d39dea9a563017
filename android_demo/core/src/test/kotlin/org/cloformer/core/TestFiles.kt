package org.cloformer.core

import java.io.File

/** Where the build put what the tests read: the exported bundle that the app ships, and the preprocessing vectors. */
object TestFiles {
    val bundle = File(System.getProperty("cloformer.bundle"))
    val vectors = File(System.getProperty("cloformer.vectors"))
    val records = File(System.getProperty("cloformer.records"))
}
