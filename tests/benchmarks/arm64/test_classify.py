"""The class of each instruction, checked with encodings from the assembler."""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cloformer.benchmarks.arm64.counts import CLASSES, InstructionCounts
from cloformer.benchmarks.arm64.host_tools import CROSS_PREFIX, HostTools
from cloformer.benchmarks.arm64.native_build import NATIVE

Counts = dict[str, int]
Classify = Callable[[str], Counts]

COUNTERS = tuple(name for name in InstructionCounts.model_fields if name != "total")


@pytest.fixture(scope="module")
def classify(host_tools: HostTools, tmp_path_factory: pytest.TempPathFactory) -> Classify:
    """Assemble one instruction and return its nonzero counters."""
    folder = tmp_path_factory.mktemp("classify")
    library = folder / "classify.so"
    subprocess.run(["gcc", "-std=c11", "-fPIC", "-shared", NATIVE / "classify.c", "-o", library], check=True)
    function = ctypes.CDLL(str(library)).classify

    def classify_it(instruction: str) -> Counts:
        word = _assemble(instruction, folder)
        counters = (ctypes.c_uint64 * len(COUNTERS))()
        function(ctypes.c_uint32(word), counters)
        return {name: count for name, count in zip(COUNTERS, counters, strict=True) if count}

    return classify_it


def _assemble(instruction: str, folder: Path) -> int:
    source, compiled, raw = (folder / name for name in ("one.s", "one.o", "one.bin"))
    source.write_text(f".arch armv8.6-a+sve+i8mm+bf16+fp16+fp16fml+dotprod\n{instruction}\n")
    subprocess.run([f"{CROSS_PREFIX}as", source, "-o", compiled], check=True)
    subprocess.run([f"{CROSS_PREFIX}objcopy", "-O", "binary", "-j", ".text", compiled, raw], check=True)
    return int.from_bytes(raw.read_bytes(), "little")


def load(size: int) -> Counts:
    return {"loads": 1, "load_bytes": size} if size else {"loads": 1}


def store(size: int) -> Counts:
    return {"stores": 1, "store_bytes": size}


def simd(**counts: int) -> Counts:
    return {"simd_fp": 1, **counts}


LOADS_AND_STORES = {
    "ldr x0, [x1]": load(8),
    "ldr w0, [x1, #8]": load(4),
    "ldrb w0, [x1], #1": load(1),
    "ldrsw x0, [x1, x2, lsl #2]": load(4),
    "ldur x0, [x1, #-8]": load(8),
    "ldr q0, [x1]": load(16),
    "ldr d0, [x1, #8]!": load(8),
    "ldr h0, [x1]": load(2),
    "ldr q0, [x1, x2]": load(16),
    "ldp x0, x1, [sp]": load(16),
    "ldp w0, w1, [sp]": load(8),
    "ldpsw x0, x1, [sp]": load(8),
    "ldp q0, q1, [x2], #32": load(32),
    "ldp d0, d1, [x2]": load(16),
    "ldp s0, s1, [x2]": load(8),
    "ldr x0, .": load(8),
    "ldr s0, .": load(4),
    "ldr q0, .": load(16),
    "ldrsw x0, .": load(4),
    "prfm pldl1keep, [x1]": load(0),
    "prfm pldl1keep, .": load(0),
    "ld1 {v0.4s}, [x1]": load(16),
    "ld1 {v0.8b, v1.8b}, [x1]": load(16),
    "ld1 {v0.4s-v2.4s}, [x1], #48": load(48),
    "ld1 {v0.4s-v3.4s}, [x1], #64": load(64),
    "ld2 {v0.4s, v1.4s}, [x1]": load(32),
    "ld3 {v0.8b-v2.8b}, [x1]": load(24),
    "ld4 {v0.16b-v3.16b}, [x1]": load(64),
    "ld1 {v0.b}[3], [x1]": load(1),
    "ld1 {v0.h}[3], [x1]": load(2),
    "ld1 {v0.s}[1], [x1]": load(4),
    "ld1 {v0.d}[1], [x1]": load(8),
    "ld2 {v0.s, v1.s}[1], [x1]": load(8),
    "ld3 {v0.h-v2.h}[1], [x1]": load(6),
    "ld4 {v0.d-v3.d}[1], [x1]": load(32),
    "ld1r {v0.4s}, [x1]": load(4),
    "ld1r {v0.8h}, [x1]": load(2),
    "ld2r {v0.4s, v1.4s}, [x1]": load(8),
    "ld4r {v0.2d-v3.2d}, [x1]": load(32),
    "ldar x0, [x1]": load(8),
    "ldaxr w0, [x1]": load(4),
    "ldapur w0, [x1, #4]": load(4),
    "ldadd w0, w1, [x2]": {"loads": 1, "load_bytes": 4, "store_bytes": 4},
    "swpal x0, x1, [x2]": {"loads": 1, "load_bytes": 8, "store_bytes": 8},
    "str x0, [x1]": store(8),
    "strh w0, [x1, #2]": store(2),
    "str q0, [x1, #16]": store(16),
    "str s0, [x1]": store(4),
    "stp q0, q1, [x2]": store(32),
    "stp x29, x30, [sp, #-16]!": store(16),
    "stnp d0, d1, [x2]": store(16),
    "st1 {v0.4s-v3.4s}, [x1]": store(64),
    "st1 {v0.s}[2], [x1]": store(4),
    "st4 {v0.4s-v3.4s}, [x1]": store(64),
    "stlr w0, [x1]": store(4),
    "stlur w0, [x1, #4]": store(4),
}

BRANCHES = (
    "b .",
    "bl .",
    "b.eq .",
    "cbz x0, .",
    "tbnz w0, #3, .",
    "br x0",
    "blr x0",
    "ret",
    "svc #0",
    "nop",
    "dmb ish",
)

INTEGER = (
    *("add x0, x1, x2", "add x0, x1, #4", "subs w0, w1, w2, lsl #2", "cmp x0, #3", "madd x0, x1, x2, x3"),
    *("udiv x0, x1, x2", "movz x0, #1", "adrp x0, .", "ubfx x0, x1, #3, #4", "csel x0, x1, x2, ne", "clz x0, x1"),
    *("and x0, x1, #0xff", "umulh x0, x1, x2", "extr x0, x1, x2, #3"),
)

SIMD = {
    "fadd v0.4s, v1.4s, v2.4s": simd(),
    "fmul v0.4s, v1.4s, v2.s[1]": simd(),
    "fmla v0.4s, v1.4s, v2.4s": simd(fp32_fma_lanes=4),
    "fmls v0.2s, v1.2s, v2.2s": simd(fp32_fma_lanes=2),
    "fmla v0.4s, v1.4s, v2.s[3]": simd(fp32_fma_lanes=4),
    "fmls v0.2s, v1.2s, v31.s[0]": simd(fp32_fma_lanes=2),
    "fmla s0, s1, v2.s[1]": simd(fp32_fma_lanes=1),
    "fmadd s0, s1, s2, s3": simd(fp32_fma_lanes=1),
    "fnmsub s0, s1, s2, s3": simd(fp32_fma_lanes=1),
    "fmlal v0.4s, v1.4h, v2.4h": simd(fp32_fma_lanes=4),
    "fmlal2 v0.4s, v1.4h, v2.4h": simd(fp32_fma_lanes=4),
    "fmlsl v0.2s, v1.2h, v2.2h": simd(fp32_fma_lanes=2),
    "fmlal v0.4s, v1.4h, v2.h[5]": simd(fp32_fma_lanes=4),
    "fmlsl2 v0.4s, v1.4h, v2.h[5]": simd(fp32_fma_lanes=4),
    "fmla v0.2d, v1.2d, v2.2d": simd(),
    "fmla v0.2d, v1.2d, v2.d[1]": simd(),
    "fmadd d0, d1, d2, d3": simd(),
    "fmla v0.8h, v1.8h, v2.8h": simd(fp16_fma_lanes=8),
    "fmls v0.4h, v1.4h, v2.4h": simd(fp16_fma_lanes=4),
    "fmla v0.8h, v1.8h, v2.h[7]": simd(fp16_fma_lanes=8),
    "fmla h0, h1, v2.h[7]": simd(fp16_fma_lanes=1),
    "fmadd h0, h1, h2, h3": simd(fp16_fma_lanes=1),
    "sdot v0.4s, v1.16b, v2.16b": simd(dot=1),
    "udot v0.2s, v1.8b, v2.8b": simd(dot=1),
    "sdot v0.4s, v1.16b, v2.4b[3]": simd(dot=1),
    "udot v0.4s, v1.16b, v2.4b[0]": simd(dot=1),
    "usdot v0.4s, v1.16b, v2.16b": simd(dot=1),
    "usdot v0.4s, v1.16b, v2.4b[1]": simd(dot=1),
    "sudot v0.4s, v1.16b, v2.4b[1]": simd(dot=1),
    "bfdot v0.4s, v1.8h, v2.8h": simd(dot=1),
    "bfdot v0.4s, v1.8h, v2.2h[1]": simd(dot=1),
    "smmla v0.4s, v1.16b, v2.16b": simd(mmla=1),
    "ummla v0.4s, v1.16b, v2.16b": simd(mmla=1),
    "usmmla v0.4s, v1.16b, v2.16b": simd(mmla=1),
    "bfmmla v0.4s, v1.8h, v2.8h": simd(mmla=1),
    "mla v0.4s, v1.4s, v2.4s": simd(),
    "smlal v0.4s, v1.4h, v2.4h": simd(),
    "smull v0.8h, v1.8b, v2.8b": simd(),
    "bfmlalb v0.4s, v1.8h, v2.8h": simd(),
    "fcvtl v0.4s, v1.4h": simd(),
    "fmov s0, w1": simd(),
    "scvtf s0, w1": simd(),
    "dup v0.4s, w0": simd(),
    "zip1 v0.4s, v1.4s, v2.4s": simd(),
    "fmax v0.4s, v1.4s, v2.4s": simd(),
    "sqrdmulh v0.4s, v1.4s, v2.4s": simd(),
}

EXPECTED = {
    **LOADS_AND_STORES,
    **{instruction: {"branches": 1} for instruction in BRANCHES},
    **{instruction: {"integer_alu": 1} for instruction in INTEGER},
    **SIMD,
    "fmla z0.s, p0/m, z1.s, z2.s": {"sve": 1},
    "add z0.s, z1.s, z2.s": {"sve": 1},
    "udf #0": {"sme": 1},
}


@pytest.mark.parametrize("instruction", EXPECTED)
def test_an_instruction(instruction: str, classify: Classify) -> None:
    assert classify(instruction) == EXPECTED[instruction]


def test_every_instruction_is_in_exactly_one_class(classify: Classify) -> None:
    for instruction in EXPECTED:
        counts = classify(instruction)
        assert sum(counts.get(name, 0) for name in CLASSES) == 1, instruction
