package org.cloformer.core.headless

import java.io.File
import java.io.IOException
import org.cloformer.core.bundle.Bundle
import org.cloformer.core.bundle.BundleRefused
import org.cloformer.core.bundle.openBundle
import org.cloformer.core.bundle.sha256Of
import org.cloformer.core.engine.Choice
import org.cloformer.core.engine.Engine
import org.cloformer.core.engine.EngineFailure
import org.cloformer.core.engine.choicesOf
import org.cloformer.core.measure.Benchmark
import org.cloformer.core.measure.Device
import org.cloformer.core.measure.DeviceFacts
import org.cloformer.core.measure.Journal
import org.cloformer.core.measure.Measurement
import org.cloformer.core.measure.MeasurementStopped
import org.cloformer.core.measure.Progress
import org.cloformer.core.measure.ToolFacts
import org.cloformer.core.parity.selfTest

/**
 * Runs request files.
 *
 * [home] has the folders `bundles`, `requests` and `results`. Nothing throws: every failure is reported as a status.
 */
class RequestRunner(
    private val home: File,
    private val engines: List<Engine>,
    private val device: Device,
    private val appVersion: String,
) {
    /** Runs `requests/<id>.json` and returns the final status; [watch] receives every status before that. */
    fun run(id: String, progress: Progress, watch: (Status) -> Unit = {}): Status {
        val results = File(home, "results")
        val statusFile = try {
            fileOfRequest(results, id, ".status.json")
        } catch (error: RequestRefused) {
            return Status(state = Status.State.FAILED, problem = error.problem)
        }
        val journal = Journal(fileOfRequest(results, id, ".jsonl"))
        val report = Report(journal, statusFile, watch)
        return report.ending {
            val request = readRequest(fileOfRequest(File(home, "requests"), id, ".json"))
            report.step("opening ${request.bundle}")
            val bundle = openBundle(File(File(home, "bundles"), request.bundle))
            val unusable = mutableListOf<String>()
            val choices = choicesOf(bundle, engines) { _, failure -> unusable += failure.message.orEmpty() }
            report.offers = choices.map { offerOf(it) }
            report.device = device.facts
            val wanted = choices.filter(request::wants)
            if (wanted.isEmpty() && request.kind != Request.Kind.INSPECT) {
                val offered = "this device offers ${report.offers} $unusable"
                throw RequestRefused("nothing in the bundle matches the request; $offered")
            }
            val text = fileOfRequest(File(home, "requests"), id, ".json").readText().trim()
            val tool = ToolFacts("CloFormer Android", appVersion, text)
            when (request.kind) {
                Request.Kind.INSPECT -> Unit
                Request.Kind.SELF_TEST -> wanted.forEach { replay(bundle, it, request, tool, report, progress) }
                Request.Kind.BENCHMARK -> wanted.forEach { measure(bundle, it, request, tool, report, progress) }
            }
        }
    }

    private fun replay(
        bundle: Bundle,
        choice: Choice,
        request: Request,
        tool: ToolFacts,
        report: Report,
        progress: Progress,
    ) {
        progress.check()
        report.step("self-test: ${choice.title}")
        val benchmark = Benchmark(bundle, choice, request.threads, request.protocol, device, tool)
        val result = selfTest(bundle, choice, request.threads)
        report.add(result.failure?.let(benchmark::failed) ?: benchmark.selfTested(result.outputs.map { it.parity }))
    }

    private fun measure(
        bundle: Bundle,
        choice: Choice,
        request: Request,
        tool: ToolFacts,
        report: Report,
        progress: Progress,
    ) {
        val benchmark = Benchmark(bundle, choice, request.threads, request.protocol, device, tool)
        try {
            for (index in request.repeats ?: (0 until request.protocol.repeats).toList()) {
                report.step("benchmark: ${choice.title}, repeat ${index + 1} of ${request.protocol.repeats}")
                report.add(benchmark.repeat(index, progress))
            }
            if (request.memory) {
                report.step("memory: ${choice.title}")
                report.add(benchmark.memory(progress))
            }
        } catch (error: EngineFailure) {
            report.add(benchmark.failed(error.message.orEmpty()))
        } catch (error: OutOfMemoryError) {
            report.add(benchmark.failed("out of memory: ${error.message}"))
        }
    }

    private fun offerOf(choice: Choice) = Offer(
        choice.engine.runtime, choice.engine.version, choice.backend, choice.artifact.precision, choice.artifact.file,
    )
}

/** Keeps the status file up to date while the records are written. */
private class Report(private val journal: Journal, private val file: File, private val watch: (Status) -> Unit) {
    var offers: List<Offer> = emptyList()
    var device: DeviceFacts? = null
    private var lines = 0
    private var failures = mutableListOf<String>()

    fun step(what: String) = publish(Status.State.RUNNING, what)

    fun add(measurement: Measurement) {
        journal.append(measurement)
        lines++
        measurement.failure?.let { failures += it }
    }

    /** Runs [action] and publishes the final status, however it ends. */
    fun ending(action: () -> Unit): Status {
        val problem = try {
            journal.file.delete() // of an earlier request with the same name
            action()
            null
        } catch (_: MeasurementStopped) {
            return publish(Status.State.STOPPED)
        } catch (error: BundleRefused) {
            "${error.problem}; ${error.remedy}"
        } catch (error: RequestRefused) {
            error.problem
        } catch (error: IOException) {
            "the results cannot be written: ${error.message}"
        } catch (error: OutOfMemoryError) {
            "out of memory: ${error.message}"
        } catch (error: RuntimeException) { // a bug in the app: the computer must not wait forever
            "the app failed: $error"
        }
        if (problem != null) failures += problem
        return publish(if (problem == null) Status.State.DONE else Status.State.FAILED)
    }

    private fun publish(state: Status.State, step: String = ""): Status {
        val sha256 = if (state == Status.State.RUNNING || lines == 0) null else sha256Of(journal.file)
        val problem = failures.joinToString("\n").ifEmpty { null }
        val status = Status(1, state, step, lines, sha256, problem, device, offers)
        writeStatus(file, status)
        watch(status)
        return status
    }
}
