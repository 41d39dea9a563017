package org.cloformer.core.detect

import kotlinx.serialization.Serializable

/**
 * The rules for decoding boxes from class logits and deltas, as in docs/dense-tasks.md; `boxes` in manifests.
 *
 * @property largestLogRatio the largest change of an anchor's side by a delta, as a logarithm
 * @property scoreThreshold the score that a candidate must exceed
 * @property candidates the maximum number of candidates per level; those with the highest scores are kept
 * @property iouThreshold the overlap above which the lower-scoring of two boxes of the same class is dropped
 * @property most the maximum number of boxes to keep
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

/** A level whose cells are [stride] pixels apart, each with one anchor per width and height, in pixels, in [sizes]. */
@Serializable
data class AnchorLevel(val stride: Int, val sizes: List<List<Double>>)

/** Returns the number of anchors of an image; an invalid coding may have more than fit into an Int. */
internal fun anchorCount(coding: BoxCoding, height: Int, width: Int): Long =
    coding.levels.sumOf { anchorCount(it, height, width) }

internal fun anchorCount(level: AnchorLevel, height: Int, width: Int): Long =
    cells(height, level.stride).toLong() * cells(width, level.stride) * level.sizes.size

/**
 * Returns every anchor of an image as x1, y1, x2, y2 in pixels, by level, by row, by cell, and in the order of `sizes`.
 *
 * The anchors of the cell (x, y) are centered at (x, y) times the stride.
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

/** Returns the number of cells along a side; the last cell may extend beyond the image. */
private fun cells(side: Int, stride: Int): Int = (side + stride - 1) / stride

internal const val CORNERS = 4
