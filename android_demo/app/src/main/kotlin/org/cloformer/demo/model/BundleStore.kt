package org.cloformer.demo.model

import android.content.res.AssetManager
import java.io.File
import java.io.IOException
import org.cloformer.core.bundle.Bundle
import org.cloformer.core.bundle.openBundle

/** The bundles on this device: those in the app's assets, unpacked into [folder], and those pushed there. */
class BundleStore(private val assets: AssetManager, private val folder: File) {
    /** The names of all bundles, the shipped ones first. */
    @Synchronized
    fun names(): List<String> {
        val shipped = assets.list(SHIPPED).orEmpty().toList()
        shipped.forEach(::unpack)
        val pushed = folder.listFiles { file -> file.isDirectory && !file.name.startsWith(UNFINISHED) }.orEmpty()
        return (shipped + pushed.map { it.name }.sorted()).distinct()
    }

    /** @throws org.cloformer.core.bundle.BundleRefused what is wrong with it */
    fun open(name: String): Bundle = openBundle(File(folder, name))

    /** Runtimes read files, not assets. An interrupted copy leaves nothing under the bundle's own name. */
    private fun unpack(name: String) {
        val unpacked = File(folder, name)
        val manifest = assets.open("$SHIPPED/$name/manifest.json").use { it.readBytes() }
        val present = File(unpacked, "manifest.json")
        if (present.isFile && present.readBytes().contentEquals(manifest)) return
        val unfinished = File(folder, UNFINISHED + name)
        unfinished.deleteRecursively()
        copy("$SHIPPED/$name", unfinished)
        unpacked.deleteRecursively()
        if (!unfinished.renameTo(unpacked)) throw IOException("cannot unpack the bundle $name")
    }

    private fun copy(asset: String, target: File) {
        val inner = assets.list(asset).orEmpty()
        if (inner.isEmpty()) {
            target.absoluteFile.parentFile?.mkdirs()
            assets.open(asset).use { source -> target.outputStream().use { source.copyTo(it) } }
        }
        inner.forEach { copy("$asset/$it", File(target, it)) }
    }

    private companion object {
        const val SHIPPED = "bundles"
        const val UNFINISHED = "unfinished_"
    }
}
