// AArch64 instructions by class, from the encoding tables of the Arm Architecture Reference Manual (C4.1).
#include "classify.h"

#include <stdbool.h>
#include <stddef.h>

static uint32_t bits(uint32_t word, int high, int low) { return (word >> low) & ((2u << (high - low)) - 1); }

// A kind of multiply-add: the instructions that equal `value` in the bits of `mask`. `lanes` is the number of lanes of a
// 128-bit vector; a 64-bit vector, as indicated by bit 30 (Q), has half as many, and a scalar has one.
struct multiply_add {
  uint32_t mask, value;
  enum counter counter;
  int lanes;
  bool vector;
};

static const struct multiply_add MULTIPLY_ADDS[] = {
    {0xBF60FC00, 0x0E20CC00, fp32_fma_lanes, 4, true},   // FMLA, FMLS (vector), .4s
    {0xBFC0B400, 0x0F801000, fp32_fma_lanes, 4, true},   // FMLA, FMLS (by element), .4s
    {0xFFC0B400, 0x5F801000, fp32_fma_lanes, 1, false},  // FMLA, FMLS (by element), scalar
    {0xFFC00000, 0x1F000000, fp32_fma_lanes, 1, false},  // FMADD, FMSUB, FNMADD, FNMSUB
    {0xBF60FC00, 0x0E20EC00, fp32_fma_lanes, 4, true},   // FMLAL, FMLSL (vector): products of fp16
    {0xBF60FC00, 0x2E20CC00, fp32_fma_lanes, 4, true},   // FMLAL2, FMLSL2 (vector)
    {0xBFC0B400, 0x0F800000, fp32_fma_lanes, 4, true},   // FMLAL, FMLSL (by element)
    {0xBFC0B400, 0x2F808000, fp32_fma_lanes, 4, true},   // FMLAL2, FMLSL2 (by element)
    {0xBF60FC00, 0x0E400C00, fp16_fma_lanes, 8, true},   // FMLA, FMLS (vector), .8h
    {0xBFC0B400, 0x0F001000, fp16_fma_lanes, 8, true},   // FMLA, FMLS (by element), .8h
    {0xFFC0B400, 0x5F001000, fp16_fma_lanes, 1, false},  // FMLA, FMLS (by element), scalar
    {0xFFC00000, 0x1FC00000, fp16_fma_lanes, 1, false},  // FMADD and its like
    {0x9FE0FC00, 0x0E809400, dot, 1, false},             // SDOT, UDOT (vector)
    {0x9FC0F400, 0x0F80E000, dot, 1, false},             // SDOT, UDOT (by element)
    {0xBFE0FC00, 0x0E809C00, dot, 1, false},             // USDOT (vector)
    {0xBF40F400, 0x0F00F000, dot, 1, false},             // USDOT, SUDOT (by element)
    {0xBFE0FC00, 0x2E40FC00, dot, 1, false},             // BFDOT (vector)
    {0xBFC0F400, 0x0F40F000, dot, 1, false},             // BFDOT (by element)
    {0xDFE0FC00, 0x4E80A400, mmla, 1, false},            // SMMLA, UMMLA
    {0xFFE0FC00, 0x4E80AC00, mmla, 1, false},            // USMMLA
    {0xFFE0FC00, 0x6E40EC00, mmla, 1, false},            // BFMMLA
};

static void count_simd_fp(uint32_t word, uint64_t *counts) {
  counts[simd_fp]++;
  for (size_t i = 0; i < sizeof MULTIPLY_ADDS / sizeof *MULTIPLY_ADDS; i++) {
    const struct multiply_add *entry = &MULTIPLY_ADDS[i];
    if ((word & entry->mask) == entry->value) {
      bool half = entry->vector && bits(word, 30, 30) == 0;
      counts[entry->counter] += half ? entry->lanes / 2 : entry->lanes;
      return;
    }
  }
}

// Bytes of LD1 to LD4 and ST1 to ST4 of whole registers or of one lane, and of LD1R to LD4R.
static uint32_t structure_bytes(uint32_t word) {
  uint32_t full = bits(word, 30, 30), size = bits(word, 11, 10);
  if (bits(word, 24, 24) == 0) {
    static const uint8_t REGISTERS[16] = {[0] = 4, [2] = 4, [4] = 3, [6] = 3, [7] = 1, [8] = 2, [10] = 2};
    return REGISTERS[bits(word, 15, 12)] * (full ? 16 : 8);
  }
  uint32_t lanes = ((bits(word, 13, 13) << 1) | bits(word, 21, 21)) + 1;
  switch (bits(word, 15, 14)) {
    case 0: return lanes;
    case 1: return lanes * 2;
    case 2: return lanes * (size & 1 ? 8 : 4);
    default: return lanes << size;  // replicated to every lane, loaded once
  }
}

// Bytes of a register, from its size field and, for SIMD registers, the high bit of opc.
static void count_register(uint32_t word, bool vector, uint64_t *counts) {
  uint32_t size = bits(word, 31, 30), opc = bits(word, 23, 22);
  bool atomic = !vector && bits(word, 24, 24) == 0 && bits(word, 21, 21) == 1 && bits(word, 11, 10) == 0;
  bool prefetch = !vector && size == 3 && opc == 2 && !atomic;
  uint32_t bytes = prefetch ? 0 : vector && (opc & 2) ? 16 : 1u << size;
  bool load = atomic || (vector ? opc & 1 : opc != 0);
  counts[load ? loads : stores]++;
  counts[load ? load_bytes : store_bytes] += bytes;
  if (atomic) counts[store_bytes] += bytes;
}

static void count_load_store(uint32_t word, uint64_t *counts) {
  bool vector = bits(word, 26, 26), load = bits(word, 22, 22);
  uint32_t opc = bits(word, 31, 30), bytes;
  switch (bits(word, 29, 28)) {
    case 0:  // structures; without SIMD, exclusive and ordered accesses
      bytes = vector ? structure_bytes(word) : 1u << opc;
      break;
    case 1:  // literals; with bit 24, ordered accesses with an offset
      if (!vector && bits(word, 24, 24)) {
        load = bits(word, 23, 22) != 0;
        bytes = 1u << opc;
      } else {
        load = true;
        bytes = vector ? 4u << opc : opc == 1 ? 8 : opc == 3 ? 0 : 4;  // 3: a prefetch
      }
      break;
    case 2:  // pairs
      bytes = 2 * (vector ? 4u << opc : opc == 2 ? 8 : 4);
      break;
    default: count_register(word, vector, counts); return;
  }
  counts[load ? loads : stores]++;
  counts[load ? load_bytes : store_bytes] += bytes;
}

void classify(uint32_t word, uint64_t *counts) {
  uint32_t group = bits(word, 28, 25);
  if (group == 2) {
    counts[sve]++;
  } else if ((group & 5) == 4) {
    count_load_store(word, counts);
  } else if ((group & 14) == 10) {
    counts[branches]++;
  } else if ((group & 7) == 7) {
    count_simd_fp(word, counts);
  } else if ((group & 14) == 8 || (group & 7) == 5) {
    counts[integer_alu]++;
  } else {
    counts[sme]++;
  }
}
