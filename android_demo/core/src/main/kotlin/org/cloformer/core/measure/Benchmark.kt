package org.cloformer.core.measure

import java.time.OffsetDateTime
import java.time.ZoneOffset
import org.cloformer.core.bundle.Bundle
import org.cloformer.core.engine.Choice
import org.cloformer.core.engine.EngineSession
import org.cloformer.core.parity.Parity
import org.cloformer.core.parity.preparedFor

/** Thrown when the user or the system has stopped a measurement. */
class MeasurementStopped : Exception("stopped")

/** The progress of a measurement; [check] throws [MeasurementStopped] once it was stopped. */
interface Progress {
    fun sampled(done: Int, total: Int)

    fun check()
}

/** One case to measure: a choice with a number of threads, by a protocol, on a device. */
class Benchmark(
    private val bundle: Bundle,
    private val choice: Choice,
    private val threads: Int,
    private val protocol: Protocol,
    private val device: Device,
    private val tool: ToolFacts,
) {
    private val artifact = choice.artifact

    /** The number of threads, or null if the backend decides: NNAPI and the NPUs accept no thread count. */
    private val threadsUsed = threads.takeIf { choice.backend in THREADED }

    /** Returns what the lines of this case have in common. */
    val header = Measurement(
        case = caseName(),
        tool = tool,
        device = device.facts,
        runtime = RuntimeFacts(choice.engine.runtime, choice.engine.version, choice.backend, threadsUsed),
        artifact = MeasuredArtifact(
            file = artifact.file,
            sha256 = artifact.sha256,
            bytes = artifact.bytes,
            bundle = bundle.name,
            target = artifact.target,
            backend = artifact.backend,
            precision = artifact.precision,
            form = artifact.form,
        ),
        model = bundle.manifest.model.run {
            MeasuredModel(family, variant, task, numClasses, weights.name, parameters)
        },
        input = InputUsed(artifact.input.shape.map { it ?: 1 }, artifact.input.dtype, "golden"),
        protocol = protocol,
    )

    /** Loads twice, warms up, and measures the samples of the repeat [index]. */
    fun repeat(index: Int, progress: Progress): Measurement {
        val started = OffsetDateTime.now(ZoneOffset.UTC)
        val input = preparedFor(bundle, choice, bundle.goldenInputs().first())
        val coldStart = System.nanoTime()
        choice.open(bundle, threads).close()
        val warmStart = System.nanoTime()
        val coldNs = warmStart - coldStart
        return choice.open(bundle, threads).use { session ->
            val warmNs = System.nanoTime() - warmStart
            val load = LoadTimes(coldNs, warmNs, "as it was")
            val first = timed(session, input)
            repeat(protocol.warmUp - 1) {
                progress.check()
                session.run(input)
            }
            val thermal = mutableListOf(device.thermalState())
            val samples = takeSamples(session, input, thermal, progress)
            val states = thermal.filterNotNull().takeIf { it.size == thermal.size }
            val taken = Repeat(index, started.toString(), load, first, samples, states, device.interference())
            header.copy(repeats = listOf(taken), summary = summarize(listOf(samples)))
        }
    }

    /** Loads and runs without timing, and records the peak memory. */
    fun memory(progress: Progress): Measurement {
        val input = preparedFor(bundle, choice, bundle.goldenInputs().first())
        val use = peakMemory(device) {
            choice.open(bundle, threads).use { session ->
                repeat(MEMORY_RUNS) {
                    progress.check()
                    session.run(input)
                }
            }
        }
        return header.copy(memory = use)
    }

    /** Records the worst results among an artifact's [outputs]. */
    fun selfTested(outputs: List<Parity>): Measurement = header.copy(
        selfTest = SelfTestFacts(
            images = outputs.first().images,
            maxAbs = outputs.maxOf { it.maxAbs },
            top1Agreement = outputs.minOf { it.top1Agreement },
            passed = outputs.all { it.passed },
        ),
    )

    fun failed(reason: String): Measurement = header.copy(failure = reason)

    private fun takeSamples(
        session: EngineSession,
        input: FloatArray,
        thermal: MutableList<String?>,
        progress: Progress,
    ): List<Long> {
        val samples = ArrayList<Long>(protocol.samples)
        var total = 0L
        while (samples.size < protocol.samples || total < protocol.seconds * NANOSECONDS) {
            progress.check()
            val sample = timed(session, input)
            samples += sample
            total += sample
            thermal += device.thermalState()
            progress.sampled(samples.size, maxOf(protocol.samples, samples.size))
        }
        return samples
    }

    private fun timed(session: EngineSession, input: FloatArray): Long {
        val start = System.nanoTime()
        session.run(input)
        return System.nanoTime() - start
    }

    private fun caseName(): String {
        val facts = device.facts
        val amount = protocol.run { "${repeats}x($warmUp+$samples), $seconds s" }
        val network = bundle.manifest.model.run { "$family $variant" }
        return listOf(
            facts.model, facts.osBuild ?: facts.osVersion, network, choice.title, choice.engine.version,
            "threads: $threadsUsed", artifact.sha256.take(SHORT_HASH), amount,
        ).joinToString(", ")
    }

    private companion object {
        val THREADED = setOf("cpu", "xnnpack", "portable")
        const val MEMORY_RUNS = 3
        const val NANOSECONDS = 1e9
        const val SHORT_HASH = 12
    }
}
