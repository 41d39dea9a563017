package org.cloformer.demo

import org.junit.runner.RunWith
import org.robolectric.RobolectricTestRunner
import org.robolectric.annotation.Config
import org.robolectric.annotation.GraphicsMode

/**
 * Screens run in Android 15's own framework code on the JVM, drawn by its own graphics library; the networks run in the
 * official ONNX Runtime for the JVM. ExecuTorch's library is Android's: its absence is what the screens must bear.
 */
@RunWith(RobolectricTestRunner::class)
@Config(sdk = [35], qualifiers = "w411dp-h891dp-xhdpi")
@GraphicsMode(GraphicsMode.Mode.NATIVE)
abstract class ScreenTest
