package org.cloformer.demo.model

import android.content.res.AssetManager
import java.io.File
import java.io.IOException
import org.cloformer.core.bundle.Bundle
import org.cloformer.core.bundle.openBundle

/** The bundles on this device: those in the app's assets, unpacked into [folder], and those pushed there. */
class BundleStore(private val assets: AssetManager, private val folder: File) {
    /**
     * Returns the names of all bundles, the shipped ones first.
     *
     * @throws IOException the shipped bundles cannot be unpacked
     */
    @Synchronized
    fun names(): List<String> {
        val files = assets.open("$SHIPPED/files.txt").bufferedReader().use { it.readLines() }
        val shipped = files.groupBy { it.substringBefore('/') }
        shipped.forEach { (name, parts) -> unpack(name, parts) }
        val pushed = folder.listFiles { file -> file.isDirectory && !file.name.startsWith(UNFINISHED) }.orEmpty()
        return (shipped.keys + pushed.map { it.name }.sorted()).distinct()
    }

    /**
     * Opens a bundle.
     *
     * @throws org.cloformer.core.bundle.BundleRefused the bundle is damaged or unusable
     */
    fun open(name: String): Bundle = openBundle(File(folder, name))

    /** Unpacks a bundle, as runtimes cannot read assets; an interrupted copy leaves nothing under the bundle's name. */
    private fun unpack(name: String, parts: List<String>) {
        val manifest = assets.open("$SHIPPED/$name/manifest.json").use { it.readBytes() }
        val present = File(folder, "$name/manifest.json")
        if (present.isFile && present.readBytes().contentEquals(manifest)) return
        val unfinished = File(folder, UNFINISHED)
        unfinished.deleteRecursively()
        for (part in parts) {
            val target = File(unfinished, part).also { it.absoluteFile.parentFile?.mkdirs() }
            assets.open("$SHIPPED/$part").use { source -> target.outputStream().use { source.copyTo(it) } }
        }
        File(folder, name).deleteRecursively()
        if (!File(unfinished, name).renameTo(File(folder, name))) throw IOException("cannot unpack the bundle $name")
    }

    private companion object {
        const val SHIPPED = "bundles"
        const val UNFINISHED = "unfinished"
    }
}
