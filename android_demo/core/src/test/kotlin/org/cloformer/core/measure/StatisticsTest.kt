package org.cloformer.core.measure

import kotlin.test.assertEquals
import org.junit.jupiter.api.Test

/** NumPy's quantiles are the other judge: tests/android_demo reads the records with the toolkit's own checks. */
class StatisticsTest {
    @Test
    fun `quantiles are interpolated between the sorted samples`() {
        assertEquals(2.5, quantile(listOf(1L, 2L, 3L, 4L), 0.5))
        assertEquals(1.75, quantile(listOf(1L, 2L, 3L, 4L), 0.25))
        assertEquals(4.0, quantile(listOf(1L, 2L, 3L, 4L), 1.0))
        assertEquals(7.0, quantile(listOf(7L), 0.9))
    }

    @Test
    fun `a summary is of all samples, in any order`() {
        val summary = summarize(listOf(listOf(5L, 1L, 3L), listOf(4L, 2L)))
        assertEquals(Summary(samples = 5, minNs = 1, medianNs = 3, p90Ns = 5, iqrNs = 2, noise = 0.6667), summary)
    }

    @Test
    fun `repeats that disagree are noise, though each is steady`() {
        val summary = summarize(listOf(List(10) { 100L }, List(90) { 200L }))
        assertEquals(0L, summary.iqrNs)
        assertEquals(0.5, summary.noise)
    }
}
