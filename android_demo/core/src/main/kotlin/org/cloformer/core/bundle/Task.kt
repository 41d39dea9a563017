package org.cloformer.core.bundle

import kotlinx.serialization.SerialName
import kotlinx.serialization.Serializable

/** The meaning of an output, as in docs/dense-tasks.md; N is the number of images. */
@Serializable
enum class OutputKind {
    /** Class logits (N, classes), before the softmax. */
    @SerialName("logits") LOGITS,

    /** A feature map (N, C, H, W). */
    @SerialName("feature_map") FEATURE_MAP,

    /** Class logits of each pixel, (N, classes, H, W). */
    @SerialName("class_map") CLASS_MAP,

    /** Class logits of each anchor, (N, anchors, classes), before the sigmoid. */
    @SerialName("class_logits") CLASS_LOGITS,

    /** Box deltas of each anchor, (N, anchors, 4). */
    @SerialName("box_deltas") BOX_DELTAS,

    /** Boxes decoded in the graph, (objects, 6). The app decodes them itself, so that all runtimes show the same. */
    @SerialName("boxes") BOXES,
    ;

    /** The name in manifests. */
    override fun toString() = name.lowercase()
}

/** The task of a network: it returns one of each of [outputs] (or several features), and maybe one of [further]. */
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

    /** The name in manifests. */
    override fun toString() = name.lowercase()
}
