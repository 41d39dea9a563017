package org.cloformer.core.image

import java.io.File
import javax.imageio.ImageIO
import kotlin.math.abs
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertTrue
import kotlinx.serialization.Serializable
import kotlinx.serialization.json.Json
import org.cloformer.core.TestFiles
import org.cloformer.core.bundle.Preprocessing
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestInstance
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

/** The vectors that tests/preprocessing_vectors.py writes: what Python's contract makes of real images. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PreprocessingVectorsTest {
    @Serializable
    data class Index(val format: Int, val images: List<Image>, val refused: List<Refused>)

    @Serializable
    data class Image(
        val name: String,
        val file: String,
        val orientation: Int,
        val pixels: Pixels,
        val expected: List<Expected>,
    ) {
        override fun toString() = name
    }

    @Serializable
    data class Pixels(val file: String, val shape: List<Int>)

    @Serializable
    data class Expected(val resize: List<Int>, val crop: List<Int>, val file: String, val shape: List<Int>)

    @Serializable
    data class Refused(val height: Int, val width: Int, val resize: List<Int>, val crop: List<Int>)

    private val index = Json.decodeFromString(Index.serializer(), File(TestFiles.vectors, "index.json").readText())

    fun images() = index.images

    fun lossless() = index.images.filter { it.file.endsWith(".png") }

    @ParameterizedTest
    @MethodSource("images")
    fun `the crop is Python's, to 1 of 255`(image: Image) = assertTrue(worstDifference(image) <= 1)

    @Test
    fun `the crops are bit for bit those of Pillow 13`() =
        assertEquals(emptyList(), index.images.filter { worstDifference(it) != 0 })

    private fun worstDifference(image: Image): Int {
        val upright = stored(image.pixels).turned(Orientation.ofExif(image.orientation))
        return image.expected.maxOf { expected ->
            val crop = cropOf(upright, contract(expected.resize, expected.crop))
            val wanted = stored(Pixels(expected.file, expected.shape))
            crop.pixels.indices.maxOf { abs((crop.pixels[it].toInt() and 255) - (wanted.pixels[it].toInt() and 255)) }
        }
    }

    @ParameterizedTest
    @MethodSource("images")
    fun `the EXIF orientation of the file is read`(image: Image) {
        assertEquals(image.orientation, exifOrientation(File(TestFiles.vectors, image.file).readBytes()))
    }

    @ParameterizedTest
    @MethodSource("lossless")
    fun `a decoded file gives the stored pixels`(image: Image) {
        val decoded = ImageIO.read(File(TestFiles.vectors, image.file))
        val (height, width) = image.pixels.shape
        val colors = IntArray(width * height)
        if (decoded.colorModel.numComponents == 1 && decoded.colorModel.numColorComponents == 1) {
            // Java takes the values of a grayscale file for linear light; its getRGB would brighten them.
            for (at in colors.indices) colors[at] = decoded.raster.getSample(at % width, at / width, 0) * 0x010101
        } else {
            decoded.getRGB(0, 0, width, height, colors, 0, width)
        }
        assertTrue(RgbImage.fromArgb(width, height, colors).pixels.contentEquals(stored(image.pixels).pixels))
    }

    @Test
    fun `there are enough real images, all orientations and extreme shapes among them`() {
        assertEquals(1, index.format)
        assertTrue(index.images.size >= 20)
        assertEquals((1..8).toSet(), index.images.map { it.orientation }.toSet())
        val sides = index.images.map { it.pixels.shape.take(2) }
        assertTrue(listOf(1, 1) in sides)
        assertTrue(sides.any { (height, width) -> width > 30 * height })
        assertTrue(sides.any { (height, width) -> height > 30 * width })
    }

    @Test
    fun `what Python refuses is refused`() {
        for (refused in index.refused) {
            val image = RgbImage(refused.width, refused.height, ByteArray(refused.width * refused.height * 3))
            assertFailsWith<ImageRefused> { cropOf(image, contract(refused.resize, refused.crop)) }
        }
    }

    private fun stored(pixels: Pixels): RgbImage {
        val (height, width, channels) = pixels.shape
        assertEquals(3, channels)
        return RgbImage(width, height, File(TestFiles.vectors, pixels.file).readBytes())
    }

    private fun contract(resize: List<Int>, crop: List<Int>) =
        Preprocessing(resize, crop, "bicubic", true, "RGB", listOf(0f, 0f, 0f), listOf(1f, 1f, 1f))
}
