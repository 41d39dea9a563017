package org.cloformer.core.headless

import java.io.File
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue
import org.cloformer.core.TestFiles
import org.cloformer.core.bundle.sha256Of
import org.cloformer.core.engine.ExecutorchEngine
import org.cloformer.core.engine.OnnxRuntimeEngine
import org.cloformer.core.measure.Device
import org.cloformer.core.measure.Interference
import org.cloformer.core.measure.MeasurementStopped
import org.cloformer.core.measure.Progress
import org.cloformer.core.measure.measurementJson
import org.cloformer.core.measure.Measurement
import org.junit.jupiter.api.BeforeEach
import org.junit.jupiter.api.Test

/** Requests run as the app runs them; their records stay, and the toolkit's own reader checks them afterwards. */
class RequestRunnerTest {
    private val home = TestFiles.records
    private val engines = listOf(OnnxRuntimeEngine(), ExecutorchEngine("test"))
    private val runner = RequestRunner(home, engines, JvmDevice(), appVersion = "test")

    @BeforeEach
    fun `the bundle is pushed`() {
        val pushed = File(home, "bundles/demo")
        if (!pushed.exists()) TestFiles.bundle.copyRecursively(pushed)
        for (task in DENSE_TASKS) {
            TestFiles.denseBundle(task).copyRecursively(File(home, "bundles/$task"), overwrite = true)
        }
        File(home, "requests").mkdirs()
    }

    private fun run(id: String, request: String, progress: Progress = Unhindered): Status {
        File(home, "requests/$id.json").writeText(request)
        return runner.run(id, progress)
    }

    private fun records(id: String) = File(home, "results/$id.jsonl").readLines()
        .map { measurementJson.decodeFromString(Measurement.serializer(), it) }

    private val benchmark = """{"schema_version": 1, "kind": "benchmark", "bundle": "demo", "backend": "cpu",
        "threads": 2, "protocol": {"name": "custom", "repeats": 2, "warm_up": 2, "samples": 5}}"""

    @Test
    fun `a benchmark writes a line a repeat, and one for the memory`() {
        val status = run("benchmark", benchmark)
        assertEquals(Status.State.DONE, status.state)
        assertNull(status.problem)
        val (first, second, memory) = records("benchmark")
        assertEquals(listOf(0, 1), (first.repeats + second.repeats).map { it.index })
        assertEquals(5, first.repeats.single().samplesNs.size)
        assertEquals(6, first.repeats.single().thermal?.size)
        assertTrue(assertNotNull(memory.memory).run { peakBytes >= beforeBytes && beforeBytes > 0 })
        assertEquals(1, setOf(first, second, memory).map { it.case }.toSet().size)
    }

    @Test
    fun `the status names the records and their hash`() {
        val status = run("hash", benchmark)
        val file = File(home, "results/hash.jsonl")
        assertEquals(file.readLines().size, status.lines)
        assertEquals(sha256Of(file), status.sha256)
        assertContains(File(home, "results/hash.status.json").readText(), "\"state\":\"done\"")
        assertFalse(File(home, "results/unfinished_hash.status.json").exists())
    }

    @Test
    fun `single repeats can be asked for, so that cases take turns`() {
        run("turns", benchmark.replace("\"threads\"", "\"repeats\": [1], \"memory\": false, \"threads\""))
        assertEquals(listOf(1), records("turns").flatMap { it.repeats }.map { it.index })
    }

    @Test
    fun `a self-test of all backends passes`() {
        val status = run("self-test", """{"schema_version": 1, "kind": "self-test", "bundle": "demo"}""")
        assertEquals(Status.State.DONE, status.state, status.problem)
        assertTrue(records("self-test").isNotEmpty() && records("self-test").all { it.selfTest?.passed == true })
    }

    @Test
    fun `bundles of other tasks are measured and replayed, all outputs in one record`() {
        for (task in DENSE_TASKS) {
            val request = """{"schema_version": 1, "kind": "self-test", "bundle": "$task", "backend": "cpu"}"""
            assertEquals(Status.State.DONE, run("self-test-$task", request).state)
            assertTrue(records("self-test-$task").single().selfTest!!.run { passed && images == 1 })
            assertEquals(Status.State.DONE, run("benchmark-$task", benchmark.replace("\"demo\"", "\"$task\"")).state)
            assertEquals(List(3) { task }, records("benchmark-$task").map { "${it.model.task}" })
        }
    }

    @Test
    fun `an inspection offers what this device can run`() {
        val status = run("inspect", """{"schema_version": 1, "kind": "inspect", "bundle": "demo"}""")
        assertContains(status.choices.map { it.runtime to it.backend }, "ONNX Runtime" to "cpu")
        assertEquals("computer", status.device?.kind)
        assertEquals(0, status.lines)
    }

    @Test
    fun `what this device lacks is said, with what it has`() {
        val status = run("npu", benchmark.replace("\"cpu\"", "\"nnapi\""))
        assertEquals(Status.State.FAILED, status.state)
        assertContains(status.problem.orEmpty(), "nothing in the bundle matches the request")
        assertContains(status.problem.orEmpty(), "cpu")
    }

    @Test
    fun `a bundle that is not there fails with its reason`() {
        val status = run("absent", benchmark.replace("\"demo\"", "\"absent\""))
        assertEquals(Status.State.FAILED, status.state)
        assertContains(status.problem.orEmpty(), "there is no bundle")
    }

    @Test
    fun `a request outside its folder is refused, and nothing is written`() {
        val status = runner.run("../outside", Unhindered)
        assertEquals(Status.State.FAILED, status.state)
        assertFalse(File(home, "outside.status.json").exists())
    }

    @Test
    fun `stopping keeps the repeats that are done`() {
        var samples = 0
        val stopping = object : Progress {
            override fun sampled(done: Int, total: Int) {
                samples++
            }

            override fun check() {
                if (samples == 7) throw MeasurementStopped()
            }
        }
        val status = run("stopped", benchmark, stopping)
        assertEquals(Status.State.STOPPED, status.state)
        assertEquals(1, records("stopped").size)
    }

    @Test
    fun `a fault of the app's own ends the request too`() {
        val faulty = object : Device by JvmDevice() {
            override fun interference(): Interference = error("a service is gone")
        }
        File(home, "requests/fault.json").writeText(benchmark)
        val status = RequestRunner(home, engines, faulty, appVersion = "test").run("fault", Unhindered)
        assertEquals(Status.State.FAILED, status.state)
        assertContains(status.problem.orEmpty(), "a service is gone")
    }

    @Test
    fun `a device that does not tell its thermal state leaves it out`() {
        val silent = RequestRunner(home, engines, JvmDevice(listOf(null)), appVersion = "test")
        File(home, "requests/silent.json").writeText(benchmark)
        silent.run("silent", Unhindered)
        assertNull(records("silent").first().repeats.single().thermal)
    }

    private companion object {
        val DENSE_TASKS = listOf("segmentation", "detection", "features")
    }
}
