package org.cloformer.core.headless

import java.io.File
import java.nio.file.Path
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import org.cloformer.core.measure.Protocol
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource
import org.junit.jupiter.params.provider.ValueSource

class RequestTest {
    @TempDir lateinit var folder: Path

    private fun request(text: String) = folder.resolve("r.json").toFile().apply { writeText(text) }

    @Test
    fun `what is left out has the protocol's default`() {
        val read = readRequest(request("""{"schema_version": 1, "kind": "self-test", "bundle": "b"}"""))
        assertEquals(Request(1, Request.Kind.SELF_TEST, "b", protocol = Protocol.DEFAULT), read)
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        {"schema_version": 2, "kind": "inspect", "bundle": "b"} | schema version 2
        {"schema_version": 1, "kind": "dance", "bundle": "b"} | dance
        {"schema_version": 1, "kind": "inspect", "bundle": "../secret"} | not a plain name
        {"schema_version": 1, "kind": "inspect", "bundle": ".."} | not a plain name
        {"schema_version": 1, "kind": "inspect", "bundle": "b", "threads": 0} | 0 threads
        {"schema_version": 1, "kind": "inspect", "bundle": "b", "repeats": [3]} | beyond its protocol
        {"schema_version": 1, "kind": "inspect", "bundle": "b", "color": 1} | color
        {"schema_version": 1, "kind": "inspect"} | bundle
        {"schema_version": 1, | is not a request""")
    fun `a request that cannot be meant is refused`(text: String, says: String) {
        val refused = assertFailsWith<RequestRefused> { readRequest(request(text)) }
        assertTrue(says in refused.problem, refused.problem)
    }

    @ParameterizedTest
    @ValueSource(strings = ["", "../etc", "a/b", "a.b", "a b"])
    fun `an id is a plain name`(id: String) {
        assertFailsWith<RequestRefused> { fileOfRequest(File("results"), id, ".jsonl") }
    }

    @Test
    fun `a request that is not there is refused`() {
        assertTrue("cannot be read" in assertFailsWith<RequestRefused> { readRequest(File("absent.json")) }.problem)
    }
}
