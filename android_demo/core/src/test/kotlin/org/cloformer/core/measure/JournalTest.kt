package org.cloformer.core.measure

import java.nio.file.Path
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import org.cloformer.core.headless.measurement
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class JournalTest {
    @Test
    fun `the tail that a killed writer left is cut off`(@TempDir folder: Path) {
        val journal = Journal(folder.resolve("new/records.jsonl").toFile())
        journal.append(measurement("first"))
        journal.file.appendText("{\"schema_version\": 1, \"case\": \"cut o")
        journal.append(measurement("second"))
        val lines = journal.file.readText().removeSuffix("\n").split("\n")
        assertEquals(2, lines.size)
        assertTrue("\"case\":\"first\"" in lines[0] && "\"case\":\"second\"" in lines[1])
    }

    @Test
    fun `a file that is nothing but a tail is started anew`(@TempDir folder: Path) {
        val journal = Journal(folder.resolve("records.jsonl").toFile())
        journal.file.writeText("{\"cut")
        journal.append(measurement("only"))
        assertEquals(1, journal.file.readLines().size)
    }
}
