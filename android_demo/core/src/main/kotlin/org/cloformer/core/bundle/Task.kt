package org.cloformer.core.bundle

import kotlinx.serialization.SerialName
import kotlinx.serialization.Serializable

/** What a tensor means; docs/dense-tasks.md. N counts images. */
@Serializable
enum class OutputKind {
    /** (N, classes), before any softmax. */
    @SerialName("logits") LOGITS,

    /** (N, C, H, W). */
    @SerialName("feature_map") FEATURE_MAP,

    /** (N, classes, H, W): logits of each pixel. */
    @SerialName("class_map") CLASS_MAP,

    /** (N, anchors, classes), before a sigmoid. */
    @SerialName("class_logits") CLASS_LOGITS,

    /** (N, anchors, 4). */
    @SerialName("box_deltas") BOX_DELTAS,

    /** (objects, 6), read in the graph. The app reads its own, so that every runtime shows the same. */
    @SerialName("boxes") BOXES,
    ;

    /** As manifests have it. */
    override fun toString() = name.lowercase()
}

/** What a network was made for. It gives one of each of [outputs], of features some, and maybe one of [further]. */
@Serializable
enum class Task(internal val outputs: Set<OutputKind>, private val further: Set<OutputKind> = emptySet()) {
    @SerialName("classification") CLASSIFICATION(setOf(OutputKind.LOGITS)),
    @SerialName("features") FEATURES(setOf(OutputKind.FEATURE_MAP)),
    @SerialName("segmentation") SEGMENTATION(setOf(OutputKind.CLASS_MAP)),
    @SerialName("detection")
    DETECTION(setOf(OutputKind.CLASS_LOGITS, OutputKind.BOX_DELTAS), further = setOf(OutputKind.BOXES)),
    ;

    internal val hasClasses: Boolean get() = this != FEATURES

    internal fun fits(kinds: List<OutputKind>): Boolean =
        kinds.toSet() - further == outputs && (this == FEATURES || kinds.distinct().size == kinds.size)

    /** As manifests have it. */
    override fun toString() = name.lowercase()
}
