package org.cloformer.demo

import android.app.Activity
import android.app.Application
import java.io.File
import org.cloformer.core.engine.Engine
import org.cloformer.core.engine.ExecutorchEngine
import org.cloformer.core.engine.OnnxRuntimeEngine
import org.cloformer.core.measure.Device
import org.cloformer.demo.model.AndroidDevice
import org.cloformer.demo.model.BundleStore
import org.cloformer.demo.model.Settings

/** The state that all screens share. */
class DemoApplication : Application() {
    val engines: List<Engine> by lazy {
        listOf(OnnxRuntimeEngine(), ExecutorchEngine(getString(R.string.executorch_version)))
    }

    /** The folder of `bundles`, `requests` and `results`; a computer reads and writes it over adb without root. */
    val home: File get() = getExternalFilesDir(null) ?: filesDir

    val store: BundleStore by lazy { BundleStore(assets, File(home, "bundles")) }

    val settings: Settings by lazy { Settings(getSharedPreferences("settings", MODE_PRIVATE)) }

    val device: Device by lazy { AndroidDevice(this) }

    val version: String by lazy { packageManager.getPackageInfo(packageName, 0).versionName.orEmpty() }
}

val Activity.demo: DemoApplication get() = application as DemoApplication
