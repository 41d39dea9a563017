package org.cloformer.core.parity

import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import org.cloformer.core.DenseVectors
import org.cloformer.core.bundle.OutputKind
import org.junit.jupiter.api.Test
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

/** The app's verdict is the toolkit's, on every kind of output and in every precision. */
class ParityVectorsTest {
    @ParameterizedTest
    @MethodSource("cases")
    fun `numbers and verdict are the toolkit's`(case: DenseVectors.Comparison) {
        val (reference, outputs) = rows(case, case.reference) to rows(case, case.outputs)
        val found = compare(reference, outputs, case.precision, case.kind, classes(case))
        assertEquals(case.passed, found.passed)
        assertEquals(case.decided, found.decided)
        assertEquals(case.maxAbs, found.maxAbs, 1e-6)
        assertEquals(case.cosine, found.cosine, 1e-6)
        assertEquals(case.top1Agreement, found.top1Agreement, 1e-6)
        assertEquals(case.sensitivity, found.sensitivity, 1e-5 * case.sensitivity)
        if (case.psnrDb == null) {
            assertNull(found.psnrDb)
        } else {
            assertEquals(case.psnrDb, assertNotNull(found.psnrDb), 1e-3)
        }
    }

    @Test
    fun `there are verdicts of both kinds for every output and precision`() {
        assertEquals(OutputKind.entries.toSet() - OutputKind.BOXES, cases().map { it.kind }.toSet())
        for ((both, cases) in cases().groupBy { it.kind to it.precision }) {
            assertEquals(setOf(true, false), cases.map { it.passed }.toSet(), "$both")
        }
    }

    private fun rows(case: DenseVectors.Comparison, values: FloatArray): List<FloatArray> {
        val length = values.size / case.shape[0]
        return List(case.shape[0]) { values.copyOfRange(it * length, (it + 1) * length) }
    }

    private fun classes(case: DenseVectors.Comparison) = when (case.kind) {
        OutputKind.LOGITS, OutputKind.CLASS_MAP -> case.shape[1]
        OutputKind.CLASS_LOGITS -> case.shape[2]
        OutputKind.FEATURE_MAP, OutputKind.BOX_DELTAS, OutputKind.BOXES -> 0
    }

    companion object {
        @JvmStatic
        fun cases() = DenseVectors.all.parity
    }
}
