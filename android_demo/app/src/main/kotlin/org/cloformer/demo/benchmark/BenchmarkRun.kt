package org.cloformer.demo.benchmark

import java.io.File
import java.time.LocalDateTime
import java.time.format.DateTimeFormatter
import org.cloformer.core.measure.Benchmark
import org.cloformer.core.measure.Journal
import org.cloformer.core.measure.LoadTimes
import org.cloformer.core.measure.Measurement
import org.cloformer.core.measure.MeasurementStopped
import org.cloformer.core.measure.MemoryUse
import org.cloformer.core.measure.Progress
import org.cloformer.core.measure.Protocol
import org.cloformer.core.measure.Summary
import org.cloformer.core.measure.ToolFacts
import org.cloformer.core.measure.summarize
import org.cloformer.demo.DemoApplication
import org.cloformer.demo.model.Chosen
import org.cloformer.demo.model.chosen
import org.cloformer.demo.screen.Worker

/** The run that the benchmark screen shows; it outlives the screen, so that a rotation does not end a measurement. */
class BenchmarkRun(private val demo: DemoApplication) {
    /** The state of the run at one moment. */
    data class State(
        val running: Boolean = false,
        val ranIn: Chosen? = null,
        val repeat: Int = 0,
        val repeats: Int = 0,
        val sample: Int = 0,
        val samples: Int = 1,
        val lines: List<Measurement> = emptyList(),
        val records: File? = null,
        val stopped: Boolean = false,
        val failure: Throwable? = null,
    ) {
        val summary: Summary? get() =
            lines.flatMap { it.repeats }.map { it.samplesNs }.takeIf { it.isNotEmpty() }?.let(::summarize)
        val load: LoadTimes? get() = lines.firstNotNullOfOrNull { line -> line.repeats.firstOrNull()?.load }
        val memory: MemoryUse? get() = lines.firstNotNullOfOrNull { it.memory }
        val thermal: List<String>? get() =
            lines.flatMap { line -> line.repeats.flatMap { it.thermal.orEmpty() } }.ifEmpty { null }
    }

    private val worker = Worker()

    @Volatile private var wanted = false

    /** The current state, which only changes on the main thread. */
    var state = State()
        private set

    /** The screen that currently shows the run. */
    var screen: ((State) -> Unit)? = null

    fun start(protocol: Protocol) {
        wanted = true
        update(State(running = true, repeats = protocol.repeats, samples = protocol.samples))
        worker.run({ measure(protocol) }) { result ->
            val error = result.exceptionOrNull()
            val stopped = error is MeasurementStopped
            update(state.copy(running = false, stopped = stopped, failure = error.takeUnless { stopped }))
        }
    }

    fun stop() {
        wanted = false
    }

    fun close() {
        stop()
        worker.close()
    }

    private fun measure(protocol: Protocol) {
        val chosen = demo.chosen()
        val tool = ToolFacts("CloFormer Android", demo.version, "benchmark screen: ${chosen.choice.title}, $protocol")
        val benchmark = Benchmark(chosen.bundle, chosen.choice, chosen.threads, protocol, demo.device, tool)
        val started = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss"))
        val journal = Journal(File(RecordsProvider.folderIn(demo), "screen-$started.jsonl"))
        worker.post { update(state.copy(ranIn = chosen, records = journal.file)) }
        for (index in 0 until protocol.repeats) {
            worker.post { update(state.copy(repeat = index, sample = 0)) }
            keep(journal, benchmark.repeat(index, Watched()))
        }
        keep(journal, benchmark.memory(Watched()))
    }

    private fun keep(journal: Journal, line: Measurement) {
        journal.append(line)
        worker.post { update(state.copy(lines = state.lines + line)) }
    }

    private fun update(next: State) {
        state = next
        screen?.invoke(next)
    }

    /** Progress that is shown only ten times per repeat, because drawing takes time on the same cores. */
    private inner class Watched : Progress {
        override fun sampled(done: Int, total: Int) {
            if (done % maxOf(1, total / UPDATES) != 0) return
            worker.post { update(state.copy(sample = done, samples = total)) }
        }

        override fun check() {
            if (!wanted) throw MeasurementStopped()
        }
    }

    private companion object {
        const val UPDATES = 10
    }
}
