package org.cloformer.core.bundle

import java.io.File
import java.nio.file.Path
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import org.cloformer.core.TestFiles
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.MethodSource

/** Bundles of features, segmentation and detection: what opens, and what does not fit together. */
class DenseBundleTest {
    @Test
    fun `a segmenter has a map of its classes`() {
        val bundle = openBundle(TestFiles.denseBundle("segmentation"))
        assertEquals(Task.SEGMENTATION, bundle.manifest.model.task)
        assertEquals(listOf("background", "red", "green", "blue"), bundle.labels)
        assertEquals(4 * 16 * 16, bundle.goldenOutput("class_map").single().size)
        assertNull(bundle.manifest.boxes)
    }

    @Test
    fun `a detector has logits, deltas and the coding of its boxes`() {
        val bundle = openBundle(TestFiles.denseBundle("detection"))
        val kinds = listOf(OutputKind.CLASS_LOGITS, OutputKind.BOX_DELTAS)
        assertEquals(kinds, bundle.artifacts.single().outputs.map { it.kind })
        assertEquals(64 * 4, bundle.goldenOutput("box_deltas").single().size)
        assertEquals(0.1f, assertNotNull(bundle.manifest.boxes).iouThreshold)
    }

    @Test
    fun `boxes that a graph reads itself are left to others`(@TempDir folder: Path) {
        val copy = BundleCopy(TestFiles.denseBundle("detection"), File(folder.toFile(), "bundle"))
        copy.set("artifacts.0.outputs", JsonArray(copy.get("artifacts.0.outputs").jsonArray + boxes(6)))
        val artifact = openBundle(copy.folder).artifacts.single()
        assertEquals(listOf("class_logits", "box_deltas"), artifact.taken.map { it.name })
        assertEquals(3, artifact.outputs.size)
    }

    @Test
    fun `features have no classes and no labels`() {
        val bundle = openBundle(TestFiles.denseBundle("features"))
        assertEquals(emptyList(), bundle.labels)
        assertEquals(setOf("stage1", "stage2"), bundle.manifest.golden.outputs.keys)
    }

    @ParameterizedTest
    @MethodSource("segmenters")
    fun `a segmenter that does not fit is refused`(case: Damage, @TempDir folder: Path) =
        assertRefused(TestFiles.denseBundle("segmentation"), case, folder)

    @ParameterizedTest
    @MethodSource("detectors")
    fun `a detector that does not fit is refused`(case: Damage, @TempDir folder: Path) =
        assertRefused(TestFiles.denseBundle("detection"), case, folder)

    @ParameterizedTest
    @MethodSource("features")
    fun `features that do not fit are refused`(case: Damage, @TempDir folder: Path) =
        assertRefused(TestFiles.denseBundle("features"), case, folder)

    companion object {
        private fun boxes(columns: Int) = Json.parseToJsonElement(
            """{"name": "boxes", "kind": "boxes", "shape": [null, $columns], "dtype": "float32"}""",
        )

        private fun manifestOf(task: String) =
            Json.parseToJsonElement(File(TestFiles.denseBundle(task), "manifest.json").readText()).jsonObject

        @JvmStatic
        fun segmenters() = listOf(
            Damage("map of fewer classes", "this model's class_map would have [1, 4, 1..64, 1..64]") {
                it.set("artifacts.0.outputs.0.shape", ints(1, 3, 16, 16))
            },
            Damage("map larger than the image", "would have [1, 4, 1..64, 1..64]") {
                it.set("artifacts.0.outputs.0.shape", ints(1, 4, 16, 65))
            },
            Damage("map of any height", "class_map of shape [1, 4, null, 16]") {
                it.set("artifacts.0.outputs.0.shape.2", JsonNull)
            },
            Damage("map without a batch", "class_map of shape [4, 16, 16]") {
                it.set("artifacts.0.outputs.0.shape", ints(4, 16, 16))
            },
            Damage("golden map of another size", "golden outputs' shape [1, 4, 8, 32]") {
                it.set("golden.outputs.class_map.shape", ints(1, 4, 8, 32))
            },
            Damage("map of indices", "returns class_map in int64") { it.set("artifacts.0.outputs.0.dtype", "int64") },
            Damage("output of the future", "does not follow its schema") {
                it.set("artifacts.0.outputs.0.kind", "depth_map")
            },
            Damage("boxes read in the graph", "returns [class_map, boxes]; a model for segmentation") { copy ->
                copy.set("artifacts.0.outputs", JsonArray(listOf(copy.get("artifacts.0.outputs.0"), boxes(6))))
            },
            Damage("boxes", "there are boxes in a model for segmentation") {
                it.set("boxes", manifestOf("detection").getValue("boxes"))
            },
        )

        @JvmStatic
        fun detectors() = listOf(
            Damage("no coding", "does not say how boxes are decoded") { it.set("boxes", JsonNull) },
            Damage("half a coding", "iouThreshold") { it.remove("boxes.iou_threshold") },
            Damage("no levels", "strides []") { it.set("boxes.levels", JsonArray(emptyList())) },
            Damage("stride of 0", "strides [0]") { it.set("boxes.levels.0.stride", 0) },
            Damage("other strides", "this model's class_logits would have [1, 16, 3]") {
                it.set("boxes.levels.0.stride", 16)
            },
            Damage("no anchors", "needs anchors") { it.set("boxes.levels.0.sizes", JsonArray(emptyList())) },
            Damage("anchor without a height", "a width and a height") { it.set("boxes.levels.0.sizes.0", ints(16)) },
            Damage("anchor of no width", "no width or no height") { it.set("boxes.levels.0.sizes.0", ints(0, 16)) },
            Damage("more anchors than can be", "this model's class_logits") { copy ->
                copy.set("boxes.levels.0.stride", 1)
                copy.set("boxes.levels.0.sizes", JsonArray(List(600_000) { ints(8, 8) }))
            },
            Damage("sides that shrink only", "by exp(-1.0)") { it.set("boxes.largest_log_ratio", -1) },
            Damage("threshold above 1", "not between 0 and 1") { it.set("boxes.score_threshold", 1.5) },
            Damage("no candidates", "cannot be kept") { it.set("boxes.candidates", 0) },
            Damage("no boxes wanted", "cannot be kept") { it.set("boxes.most", 0) },
            Damage("deltas of three", "this model's box_deltas would have [1, 64, 4]") {
                it.set("artifacts.0.outputs.1.shape", ints(1, 64, 3))
            },
            Damage("deltas left out", "returns [class_logits]; a model for detection") { copy ->
                copy.set("artifacts.0.outputs", JsonArray(listOf(copy.get("artifacts.0.outputs.0"))))
            },
            Damage("boxes without a class", "this model's boxes would have [1, 6]") { copy ->
                copy.set("artifacts.0.outputs", JsonArray(copy.get("artifacts.0.outputs").jsonArray + boxes(5)))
            },
            Damage("two outputs of one name", "returns [class_logits, class_logits]") {
                it.set("artifacts.0.outputs.1.name", "class_logits")
            },
        )

        @JvmStatic
        fun features() = listOf(
            Damage("classes", "for features, has 3 classes") { it.set("model.num_classes", 3) },
            Damage("a map without channels", "feature_map would have [1, 1..65536, 1..64, 1..64]") {
                it.set("artifacts.0.outputs.0.shape.1", 0)
            },
            Damage("no maps", "returns []") { it.set("artifacts.0.outputs", JsonArray(emptyList())) },
            Damage("a map that is not the network's", "golden vectors of [stage1, stage2, stage3]") { copy ->
                copy.set("golden.outputs.stage3", copy.get("golden.outputs.stage2"))
            },
            Damage("a label", "names 1 classes") {
                it.forge("labels.txt", "labels_sha256", "one\n".encodeToByteArray())
            },
            Damage("a schema without boxes", "boxes") { it.remove("boxes") },
        )
    }
}
