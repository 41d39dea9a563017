package org.cloformer.core.classify

import kotlin.math.exp
import kotlin.test.assertEquals
import org.junit.jupiter.api.Test

class ClassificationTest {
    @Test
    fun `probabilities are exponentials over their sum`() {
        val sum = exp(1.0) + exp(2.0) + exp(-1.0)
        val found = softmax(floatArrayOf(1f, 2f, -1f))
        listOf(exp(1.0) / sum, exp(2.0) / sum, exp(-1.0) / sum).forEachIndexed { index, expected ->
            assertEquals(expected, found[index].toDouble(), 1e-7)
        }
    }

    @Test
    fun `large logits do not overflow`() {
        val found = softmax(floatArrayOf(1000f, 1000f, -1000f))
        assertEquals(listOf(0.5f, 0.5f, 0f), found.toList())
    }

    @Test
    fun `the most likely come first, and of equals the first`() {
        val guesses = topGuesses(floatArrayOf(1f, 3f, 3f, 2f), listOf("a", "b", "c", "d"))
        assertEquals(listOf("b", "c", "d"), guesses.map { it.label })
    }

    @Test
    fun `fewer classes than wanted guesses are all of them`() {
        assertEquals(2, topGuesses(floatArrayOf(0f, 1f), listOf("a", "b")).size)
    }
}
