package org.cloformer.core.detect

import java.util.PriorityQueue
import kotlin.math.exp
import kotlin.math.max
import kotlin.math.min

/** One object: its corners in pixels of the network's input, its [score] from 0 to 1, and the index of its class. */
data class Box(val x1: Float, val y1: Float, val x2: Float, val y2: Float, val score: Float, val target: Int)

/** Decodes a detector's outputs for images of [height] x [width], in float32 as in runtimes/reading/boxes.py. */
class BoxReader(private val coding: BoxCoding, private val height: Int, private val width: Int) {
    private val anchors = anchorBoxes(coding, height, width)

    /** Returns the objects by descending score: [classLogits] is anchors x classes, [boxDeltas] anchors x 4. */
    fun read(classLogits: FloatArray, boxDeltas: FloatArray): List<Box> {
        val classes = classLogits.size / (anchors.size / CORNERS)
        val candidates = candidatesOf(classLogits, classes).sortedWith(SUREST_FIRST)
        return suppress(candidates.map { decode(it, classes, boxDeltas) })
    }

    /** A pair of an anchor and a class, with the index of its class logit. */
    private class Candidate(val pair: Int, val score: Float)

    private fun candidatesOf(classLogits: FloatArray, classes: Int): List<Candidate> {
        var first = 0
        return coding.levels.flatMap { level ->
            val pairs = first until first + anchorCount(level, height, width).toInt() * classes
            first += pairs.count()
            bestOf(classLogits, pairs)
        }
    }

    /** Returns the best candidates and keeps no others in memory: an untrained network may make every pair one. */
    private fun bestOf(classLogits: FloatArray, pairs: IntRange): Collection<Candidate> {
        val best = PriorityQueue(SUREST_FIRST.reversed())
        for (pair in pairs) {
            val score = sigmoid(classLogits[pair])
            if (!(score > coding.scoreThreshold)) continue // also skips NaN
            if (best.size == coding.candidates) {
                if (score <= best.element().score) continue
                best.remove()
            }
            best.add(Candidate(pair, score))
        }
        return best
    }

    private fun decode(candidate: Candidate, classes: Int, boxDeltas: FloatArray): Box {
        val at = candidate.pair / classes * CORNERS
        val (x1, x2) = moved(anchors[at], anchors[at + 2], boxDeltas[at], boxDeltas[at + 2], width)
        val (y1, y2) = moved(anchors[at + 1], anchors[at + 3], boxDeltas[at + 1], boxDeltas[at + 3], height)
        return Box(x1, y1, x2, y2, candidate.score, candidate.pair % classes)
    }

    /** Returns the start and end, in one direction, of an anchor from [start] to [end] after shifting and scaling. */
    private fun moved(start: Float, end: Float, shift: Float, logRatio: Float, limit: Int): Pair<Float, Float> {
        val side = end - start
        val center = (end + start) / 2 + shift * side
        val half = side * exp(logRatio.coerceIn(-coding.largestLogRatio, coding.largestLogRatio)) / 2
        val image = 0f..limit.toFloat()
        return (center - half).coerceIn(image) to (center + half).coerceIn(image)
    }

    private fun suppress(boxes: List<Box>): List<Box> {
        val kept = mutableListOf<Box>()
        for (box in boxes) {
            if (kept.size == coding.most) break
            if (kept.all { it.target != box.target || overlap(it, box) <= coding.iouThreshold }) kept += box
        }
        return kept
    }

    private companion object {
        val SUREST_FIRST: Comparator<Candidate> =
            compareByDescending<Candidate> { it.score }.thenBy { it.pair }
    }
}

private fun sigmoid(logit: Float): Float = 1 / (1 + exp(-logit))

/** Returns the intersection over union. */
internal fun overlap(a: Box, b: Box): Float {
    val wide = max(min(a.x2, b.x2) - max(a.x1, b.x1), 0f)
    val high = max(min(a.y2, b.y2) - max(a.y1, b.y1), 0f)
    val union = areaOf(a) + areaOf(b) - wide * high
    return wide * high / max(union, SMALLEST_AREA)
}

private fun areaOf(box: Box): Float = (box.x2 - box.x1) * (box.y2 - box.y1)

/** The smallest divisor: boxes at the image's edge may have no area, and then overlap nothing. */
private const val SMALLEST_AREA = 1e-9f
