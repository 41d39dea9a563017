// Counters of AArch64 instructions. The first seven are disjoint classes that add up to the total.
#ifndef CLOFORMER_CLASSIFY_H
#define CLOFORMER_CLASSIFY_H

#include <stdint.h>

#define COUNTERS(X)                                                                                             \
  X(loads)            /* including prefetches, which load nothing, and atomic updates */                        \
  X(stores)                                                                                                     \
  X(branches)         /* including system instructions and exceptions */                                        \
  X(integer_alu)                                                                                                \
  X(simd_fp)          /* Advanced SIMD and scalar floating point, including the multiply-adds below */          \
  X(sve)                                                                                                        \
  X(sme)              /* including unallocated encodings */                                                     \
  X(load_bytes)                                                                                                 \
  X(store_bytes)                                                                                                \
  X(fp32_fma_lanes)   /* multiply-adds that accumulate in fp32, per lane, including padding of a tile */        \
  X(fp16_fma_lanes)                                                                                             \
  X(dot)              /* instructions: SDOT, UDOT, USDOT, SUDOT, BFDOT */                                       \
  X(mmla)             /* instructions: SMMLA, UMMLA, USMMLA, BFMMLA */

enum counter {
#define AS_ENUM(name) name,
  COUNTERS(AS_ENUM)
#undef AS_ENUM
  COUNTER_COUNT
};

// Adds the instruction `word` to `counts`, which has COUNTER_COUNT entries.
void classify(uint32_t word, uint64_t *counts);

#endif
