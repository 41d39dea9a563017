package org.cloformer.core.bundle

import java.io.File
import java.io.IOException
import java.security.MessageDigest

/**
 * Returns the path of the bundle's file [name].
 *
 * A pushed bundle may name any path: only a regular file inside [folder] is accepted, after following links.
 */
internal fun fileWithin(folder: File, name: String): File {
    val plain = '\\' !in name && '\u0000' !in name && name.split('/').none { it in setOf("", ".", "..") }
    demand(plain) {
        "the manifest names the file \"${name.take(MOST_SHOWN)}\", which is not a plain path inside the bundle"
    }
    val file = File(folder, name)
    val inside = try {
        file.canonicalFile.startsWith(folder.canonicalFile)
    } catch (error: IOException) {
        throw BundleRefused("the path of $name cannot be resolved", "push the bundle again", error)
    }
    demand(inside) { "the bundle's $name leads outside the bundle" }
    demand(file.exists()) { "the bundle has no $name" }
    demand(file.isFile) { "the bundle's $name is not a file" }
    return file
}

/** Returns the file [name] of the bundle in [folder], after comparing its contents with [sha256]. */
internal fun verifiedFile(folder: File, name: String, sha256: String): File {
    demand(SHA256.matches(sha256)) { "the manifest's sha256 of $name is not 64 hexadecimal digits" }
    val file = fileWithin(folder, name)
    demand(sha256Of(file) == sha256) { "the bundle's $name does not match the manifest (its sha256 differs)" }
    return file
}

/** Returns the SHA-256 of a file's contents, in lowercase hexadecimal digits. */
fun sha256Of(file: File): String {
    val digest = MessageDigest.getInstance("SHA-256")
    file.inputStream().use { stream ->
        val buffer = ByteArray(1 shl 16)
        while (true) {
            val count = stream.read(buffer)
            if (count < 0) break
            digest.update(buffer, 0, count)
        }
    }
    return digest.digest().joinToString("") { "%02x".format(it) }
}

private const val MOST_SHOWN = 60
private val SHA256 = Regex("[0-9a-f]{64}")
