package org.cloformer.core.detect

import kotlinx.serialization.Serializable

/**
 * How boxes are read from class logits and deltas, as docs/dense-tasks.md says; manifests have it as `boxes`.
 *
 * @property largestLogRatio a delta makes an anchor's side larger or smaller by exp of this, at most
 * @property scoreThreshold what is not above it is no candidate
 * @property candidates the most of a level that go on, by score
 * @property iouThreshold of two boxes of one class the weaker goes where they overlap by more than this
 * @property most boxes that are kept
 */
@Serializable
data class BoxCoding(
    val levels: List<AnchorLevel>,
    val largestLogRatio: Float,
    val scoreThreshold: Float,
    val candidates: Int,
    val iouThreshold: Float,
    val most: Int,
)

/** Its cells are [stride] pixels apart; each has one anchor of each of [sizes], widths and heights in pixels. */
@Serializable
data class AnchorLevel(val stride: Int, val sizes: List<List<Double>>)

/** How many anchors an image has; more than fit into an Int where the coding is nonsense. */
internal fun anchorCount(coding: BoxCoding, height: Int, width: Int): Long =
    coding.levels.sumOf { anchorCount(it, height, width) }

internal fun anchorCount(level: AnchorLevel, height: Int, width: Int): Long =
    cells(height, level.stride).toLong() * cells(width, level.stride) * level.sizes.size

/**
 * Every anchor of an image as x1, y1, x2, y2 in pixels: level by level, row by row, in a cell in the order of `sizes`.
 *
 * Those of the cell (x, y) are centered at (x, y) times the stride.
 */
internal fun anchorBoxes(coding: BoxCoding, height: Int, width: Int): FloatArray {
    val boxes = FloatArray(Math.toIntExact(CORNERS * anchorCount(coding, height, width)))
    var at = 0
    for ((stride, sizes) in coding.levels) {
        for (y in 0 until cells(height, stride)) {
            for (x in 0 until cells(width, stride)) {
                for ((wide, high) in sizes) {
                    boxes[at++] = (x * stride - wide / 2).toFloat()
                    boxes[at++] = (y * stride - high / 2).toFloat()
                    boxes[at++] = (x * stride + wide / 2).toFloat()
                    boxes[at++] = (y * stride + high / 2).toFloat()
                }
            }
        }
    }
    return boxes
}

/** The last cell may reach beyond the image. */
private fun cells(side: Int, stride: Int): Int = (side + stride - 1) / stride

internal const val CORNERS = 4
