package org.cloformer.core.predict

import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertIs
import org.cloformer.core.TestFiles
import org.cloformer.core.bundle.openBundle
import org.cloformer.core.detect.Box
import org.cloformer.core.engine.OnnxRuntimeEngine
import org.cloformer.core.engine.choicesOf
import org.cloformer.core.image.RgbImage
import org.cloformer.core.segment.Share
import org.junit.jupiter.api.Test

/** From a picture to its answer, with the small networks that tell colors apart. */
class PredictorTest {
    private val red = listOf<Byte>(-1, 0, 0)
    private val blue = listOf<Byte>(0, 0, -1)
    private val black = listOf<Byte>(0, 0, 0)

    private fun picture(width: Int, height: Int, color: (x: Int, y: Int) -> List<Byte>) =
        RgbImage(width, height, ByteArray(0) + (0 until width * height).flatMap { color(it % width, it / width) })

    private fun predict(task: String, image: RgbImage): Prediction {
        val bundle = openBundle(TestFiles.denseBundle(task))
        val choice = choicesOf(bundle, listOf(OnnxRuntimeEngine())) { _, failure -> throw failure }.first()
        return Predictor(bundle, choice, threads = 1).use { it.predict(image) }
    }

    @Test
    fun `a segmenter's answer is a mask of the crop`() {
        // The crop is the middle 64 of 96 columns: 16 of red, then blue.
        val prediction = predict("segmentation", picture(96, 64) { x, _ -> if (x < 32) red else blue })
        assertEquals(64, prediction.crop.width)
        val mask = assertIs<Answer.Segments>(prediction.answer).mask
        assertEquals(listOf(1, 1, 1, 1, 3, 3), mask.targets.take(6))
        assertEquals(listOf(Share(3, 0.75f), Share(1, 0.25f)), mask.shares())
    }

    @Test
    fun `a detector's answer is boxes in pixels of the crop`() {
        val square = picture(64, 64) { x, y -> if (x in 24 until 32 && y in 40 until 48) blue else black }
        val box = assertIs<Answer.Objects>(predict("detection", square).answer).boxes.single()
        assertEquals(Box(20f, 36f, 36f, 52f, box.score, target = 2), box)
        assertEquals(0.9933f, box.score, 1e-4f)
    }

    @Test
    fun `features have no answer`() {
        assertFailsWith<NothingToDraw> { predict("features", picture(64, 64) { _, _ -> red }) }
    }
}
