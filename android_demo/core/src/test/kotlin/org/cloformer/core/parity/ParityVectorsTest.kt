@file:OptIn(ExperimentalSerializationApi::class)

package org.cloformer.core.parity

import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.Serializable
import kotlinx.serialization.builtins.ListSerializer
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonNamingStrategy
import org.cloformer.core.TestFiles
import org.cloformer.core.bundle.OutputKind
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

/** The app's verdict is the toolkit's: tests/android_demo/parity_vectors.py asks export/parity.py. */
class ParityVectorsTest {
    @Serializable
    data class Case(
        val precision: String,
        val reference: List<FloatArray>,
        val outputs: List<FloatArray>,
        val decided: Int,
        val maxAbs: Double,
        val cosine: Double,
        val psnrDb: Double?,
        val top1Agreement: Double,
        val passed: Boolean,
    ) {
        override fun toString() = "$precision, max-abs $maxAbs"
    }

    @ParameterizedTest
    @MethodSource("cases")
    fun `numbers and verdict are the toolkit's`(case: Case) {
        val classes = case.reference.first().size
        val found = compare(case.reference, case.outputs, case.precision, OutputKind.LOGITS, classes)
        assertEquals(case.passed, found.passed)
        assertEquals(case.decided, found.decided)
        assertEquals(case.maxAbs, found.maxAbs, 1e-6)
        assertEquals(case.cosine, found.cosine, 1e-6)
        assertEquals(case.top1Agreement, found.top1Agreement, 1e-6)
        if (case.psnrDb == null) {
            assertNull(found.psnrDb)
        } else {
            assertEquals(case.psnrDb, assertNotNull(found.psnrDb), 1e-3)
        }
    }

    @Test
    fun `there are verdicts of both kinds for every precision`() {
        for ((precision, cases) in cases().groupBy { it.precision }) {
            assertEquals(setOf(true, false), cases.map { it.passed }.toSet(), precision)
        }
    }

    companion object {
        private val json = Json { namingStrategy = JsonNamingStrategy.SnakeCase }

        @JvmStatic
        fun cases(): List<Case> =
            json.decodeFromString(ListSerializer(Case.serializer()), TestFiles.parityVectors.readText())
    }
}
