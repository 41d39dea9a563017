package org.cloformer.demo.benchmark

import android.content.ContentProvider
import android.content.ContentValues
import android.content.UriMatcher
import android.database.Cursor
import android.database.MatrixCursor
import android.net.Uri
import android.os.ParcelFileDescriptor
import android.provider.OpenableColumns
import java.io.File
import java.io.FileNotFoundException
import org.cloformer.demo.DemoApplication

/**
 * Lets only the app that the user shares records with read that file, and no other file.
 *
 * A provider is needed because a rigorous measurement on a fast phone has more samples than fit into an intent.
 */
class RecordsProvider : ContentProvider() {
    override fun onCreate(): Boolean = true

    override fun getType(uri: Uri): String = "application/jsonl"

    override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor {
        if (mode != "r") throw SecurityException("records are read-only")
        return ParcelFileDescriptor.open(fileOf(uri), ParcelFileDescriptor.MODE_READ_ONLY)
    }

    override fun query(
        uri: Uri,
        projection: Array<String>?,
        selection: String?,
        selectionArgs: Array<String>?,
        sortOrder: String?,
    ): Cursor {
        val file = fileOf(uri)
        val facts = mapOf<String, Any>(OpenableColumns.DISPLAY_NAME to file.name, OpenableColumns.SIZE to file.length())
        val columns = (projection ?: facts.keys.toTypedArray()).filter { it in facts }
        return MatrixCursor(columns.toTypedArray()).apply { addRow(columns.map { facts[it] }) }
    }

    override fun insert(uri: Uri, values: ContentValues?): Uri? = null

    override fun update(uri: Uri, values: ContentValues?, selection: String?, selectionArgs: Array<String>?): Int = 0

    override fun delete(uri: Uri, selection: String?, selectionArgs: Array<String>?): Int = 0

    private fun fileOf(uri: Uri): File {
        if (MATCHER.match(uri) == UriMatcher.NO_MATCH) throw FileNotFoundException("$uri")
        val file = File(folderIn(context?.applicationContext as DemoApplication), uri.lastPathSegment.orEmpty())
        if (!file.isFile || file.extension != "jsonl") throw FileNotFoundException("$uri")
        return file
    }

    companion object {
        private const val AUTHORITY = "org.cloformer.demo.records"
        private val MATCHER = UriMatcher(UriMatcher.NO_MATCH).apply { addURI(AUTHORITY, "*", 1) }

        fun folderIn(demo: DemoApplication) = File(demo.home, "results")

        fun uriOf(file: File): Uri = Uri.Builder().scheme("content").authority(AUTHORITY).appendPath(file.name).build()
    }
}
