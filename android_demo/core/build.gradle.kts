import org.jetbrains.kotlin.gradle.dsl.JvmTarget

// This is an Android library only because ExecuTorch's Java API is an AAR: no source here imports android.*.
plugins {
    id("com.android.library")
    kotlin("android")
    kotlin("plugin.serialization")
}

android {
    namespace = "org.cloformer.core"
    compileSdk = 36
    defaultConfig { minSdk = 26 }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_1_8
        targetCompatibility = JavaVersion.VERSION_1_8
    }
    testOptions {
        unitTests.all {
            it.useJUnitPlatform()
            // The output of `make build/reports/core.passed`.
            it.systemProperty("cloformer.bundles", rootDir.resolve("build/assets/bundles").path)
            it.systemProperty("cloformer.vectors", rootDir.resolve("build/vectors").path)
            it.systemProperty("cloformer.dense-vectors", rootDir.resolve("build/dense-vectors.json").path)
            it.systemProperty("cloformer.dense-bundles", rootDir.resolve("build/dense-bundles").path)
            it.systemProperty("cloformer.records", layout.buildDirectory.dir("records").get().asFile.path)
        }
    }
}

kotlin { compilerOptions { jvmTarget = JvmTarget.JVM_1_8 } }

dependencies {
    implementation("org.jetbrains.kotlinx:kotlinx-serialization-json:1.12.0")
    compileOnly("com.microsoft.onnxruntime:onnxruntime-android:1.29.0")
    compileOnly("org.pytorch:executorch-android:1.5.1")
    testImplementation("com.microsoft.onnxruntime:onnxruntime:1.29.0")
    testImplementation("org.pytorch:executorch-android:1.5.1")
    testImplementation("org.junit.jupiter:junit-jupiter:6.1.3")
    testRuntimeOnly("org.junit.platform:junit-platform-launcher:6.1.3")
    testImplementation(kotlin("test"))
}
