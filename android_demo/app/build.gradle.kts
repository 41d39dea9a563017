import org.jetbrains.kotlin.gradle.dsl.JvmTarget

val executorch = "1.5.1" // the exporter's release or newer

plugins {
    id("com.android.application")
    kotlin("android")
}

android {
    namespace = "org.cloformer.demo"
    compileSdk = 36
    defaultConfig {
        applicationId = "org.cloformer.demo"
        minSdk = 26
        targetSdk = 36
        versionCode = 1
        versionName = "0.1.0"
        ndk { abiFilters += listOf("arm64-v8a", "x86_64") }
        resValue("string", "executorch_version", executorch)
    }
    buildFeatures { resValues = true }
    buildTypes {
        release {
            isMinifyEnabled = true
            proguardFiles("proguard-rules.pro")
            signingConfig = signingConfigs.getByName("debug")
        }
    }
    compileOptions {
        sourceCompatibility = JavaVersion.VERSION_1_8
        targetCompatibility = JavaVersion.VERSION_1_8
    }
    // The output of `make build/assets/bundles/files.txt`; uncompressed, so that 16 MB are copied and not inflated.
    sourceSets["main"].assets.srcDir(rootDir.resolve("build/assets"))
    androidResources { noCompress += listOf("onnx", "pte", "f32") }
    packaging { jniLibs { pickFirsts += "**/libc++_shared.so" } }
    testOptions { unitTests { isIncludeAndroidResources = true } }
}

kotlin { compilerOptions { jvmTarget = JvmTarget.JVM_1_8 } }

dependencies {
    implementation(project(":core"))
    implementation("com.microsoft.onnxruntime:onnxruntime-android:1.29.0")
    implementation("org.pytorch:executorch-android:$executorch")
    testImplementation("com.microsoft.onnxruntime:onnxruntime:1.29.0")
    testImplementation("org.robolectric:robolectric:4.16")
    testImplementation("junit:junit:4.13.2")
    testImplementation(kotlin("test"))
}
