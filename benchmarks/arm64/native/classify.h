// What one AArch64 instruction counts as. The first seven classes part all instructions: they add up to the total.
#ifndef CLOFORMER_CLASSIFY_H
#define CLOFORMER_CLASSIFY_H

#include <stdint.h>

#define COUNTERS(X)                                                                                             \
  X(loads)            /* and prefetches, which load nothing; an atomic update counts as a load */               \
  X(stores)                                                                                                     \
  X(branches)         /* and system instructions, exceptions included */                                        \
  X(integer_alu)                                                                                                \
  X(simd_fp)          /* Advanced SIMD and scalar floating point, the multiply-adds below included */           \
  X(sve)                                                                                                        \
  X(sme)              /* and what is unallocated */                                                             \
  X(load_bytes)                                                                                                 \
  X(store_bytes)                                                                                                \
  X(fp32_fma_lanes)   /* multiply-adds that accumulate in fp32: lanes, padding of a tile included */            \
  X(fp16_fma_lanes)                                                                                             \
  X(dot)              /* instructions: SDOT, UDOT, USDOT, SUDOT, BFDOT */                                       \
  X(mmla)             /* instructions: SMMLA, UMMLA, USMMLA, BFMMLA */

enum counter {
#define AS_ENUM(name) name,
  COUNTERS(AS_ENUM)
#undef AS_ENUM
  COUNTER_COUNT
};

// Add what the instruction `word` counts as to `counts`, which has COUNTER_COUNT entries.
void classify(uint32_t word, uint64_t *counts);

#endif
