package org.cloformer.core.measure

import java.io.File
import java.io.RandomAccessFile

/** Appends lines that survive a killed writer: complete lines are kept, and a partial last line is cut off. */
class Journal(val file: File) {
    fun append(measurement: Measurement) {
        file.absoluteFile.parentFile?.mkdirs()
        RandomAccessFile(file, "rw").use { stream ->
            val whole = endOfWholeLines(stream)
            stream.setLength(whole)
            stream.seek(whole)
            stream.write((measurement.toLine() + "\n").encodeToByteArray())
            stream.fd.sync()
        }
    }

    private fun endOfWholeLines(stream: RandomAccessFile): Long {
        var end = stream.length()
        while (end > 0) {
            stream.seek(end - 1)
            if (stream.read() == '\n'.code) break
            end--
        }
        return end
    }
}
