package org.cloformer.demo.screen

import android.graphics.Color

/** Returns the color of the class [target], as in the iOS app; neighboring classes have very different colors. */
fun classColor(target: Int): Int {
    val hue = target * GOLDEN_RATIO % 1
    return Color.HSVToColor(floatArrayOf(hue * DEGREES, SATURATION, VALUE))
}

/** Returns black or white, whichever is easier to read on [color]. */
fun inkOn(color: Int): Int = if (Color.luminance(color) > EQUAL_CONTRAST) Color.BLACK else Color.WHITE

private const val GOLDEN_RATIO = 0.618034f
private const val DEGREES = 360
private const val SATURATION = 0.65f
private const val VALUE = 0.95f

/** The luminance with equal WCAG contrast to black and to white: the square root of 1.05 x 0.05, minus 0.05. */
private const val EQUAL_CONTRAST = 0.179f
