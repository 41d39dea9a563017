// For Android Studio. The Makefile builds the same sources without an Android SDK; README.md says what was run.
plugins {
    id("com.android.application") version "8.13.0" apply false
    id("com.android.library") version "8.13.0" apply false
    kotlin("android") version "2.4.21" apply false
    kotlin("plugin.serialization") version "2.4.21" apply false
}
