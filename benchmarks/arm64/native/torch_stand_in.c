// Stands in for the parts of PyTorch's libraries that ExecuTorch's Python extension calls at run time, so that its C++
// runtime runs without PyTorch: one core of a chosen kind (cpuinfo), and a thread pool without threads. The loops of the
// pool are generated beside this file, see serial_pthreadpool.py.
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>

#include "cpuinfo.h"
#include "pthreadpool.h"

static char pool;

struct pthreadpool *pthreadpool_create(size_t threads) {
  (void)threads;
  return (struct pthreadpool *)&pool;
}
struct pthreadpool *pthreadpool_create_v2(struct pthreadpool_executor *executor, void *context, size_t threads) {
  (void)executor, (void)context, (void)threads;
  return (struct pthreadpool *)&pool;
}
void pthreadpool_destroy(struct pthreadpool *threadpool) { (void)threadpool; }
size_t pthreadpool_get_threads_count(struct pthreadpool *threadpool) { return (void)threadpool, 1; }
void pthreadpool_release_executor_threads(struct pthreadpool *threadpool) { (void)threadpool; }
bool pthreadpool_update_executor(struct pthreadpool *threadpool, struct pthreadpool_executor *executor, void *context) {
  (void)threadpool, (void)executor, (void)context;
  return true;
}

// XNNPACK chooses kernels by what the core has and, among those that it has, by which core it is.
static const struct {
  uint32_t part;  // of the main ID register
  enum cpuinfo_uarch uarch;
} CORES[] = {
    {0xd03, cpuinfo_uarch_cortex_a53},
    {0xd0b, cpuinfo_uarch_cortex_a76},
    {0xd4e, cpuinfo_uarch_cortex_x3},
};

struct cpuinfo_arm_isa cpuinfo_isa;
static struct cpuinfo_uarch_info uarch = {.processor_count = 1, .core_count = 1};
static struct cpuinfo_package package = {.processor_count = 1, .core_count = 1, .cluster_count = 1};
static struct cpuinfo_cluster cluster = {.processor_count = 1, .core_count = 1, .package = &package};
static struct cpuinfo_core core = {.processor_count = 1, .cluster = &cluster, .package = &package};
static struct cpuinfo_processor processor = {.core = &core, .cluster = &cluster, .package = &package};

static uint32_t read_midr(void) {
  const char *const path = "/sys/devices/system/cpu/cpu0/regs/identification/midr_el1";
  FILE *file = fopen(path, "r");
  unsigned long midr;
  if (!file || fscanf(file, "%lx", &midr) != 1) {
    fprintf(stderr, "cannot read %s\n", path);
    abort();
  }
  fclose(file);
  return (uint32_t)midr;
}

static bool has(int vector, int bit) { return getauxval(vector) >> bit & 1; }

bool cpuinfo_initialize(void) {
  if (uarch.midr) return true;
  // Bits of the kernel's HWCAP and HWCAP2.
  cpuinfo_isa = (struct cpuinfo_arm_isa){
      .aes = has(AT_HWCAP, 3),
      .pmull = has(AT_HWCAP, 4),
      .sha1 = has(AT_HWCAP, 5),
      .sha2 = has(AT_HWCAP, 6),
      .crc32 = has(AT_HWCAP, 7),
      .atomics = has(AT_HWCAP, 8),
      .fp16arith = has(AT_HWCAP, 9) && has(AT_HWCAP, 10),
      .rdm = has(AT_HWCAP, 12),
      .jscvt = has(AT_HWCAP, 13),
      .fcma = has(AT_HWCAP, 14),
      .dot = has(AT_HWCAP, 20),
      .fhm = has(AT_HWCAP, 23),
      .i8mm = has(AT_HWCAP2, 13),
      .bf16 = has(AT_HWCAP2, 14),
  };  // SVE and SME stay off: phones' cores of today run neither at a length that this emulation has
  uarch.midr = core.midr = read_midr();
  for (size_t i = 0; i < sizeof CORES / sizeof *CORES; i++)
    if (CORES[i].part == (uarch.midr >> 4 & 0xfff)) uarch.uarch = core.uarch = CORES[i].uarch;
  return true;
}

const struct cpuinfo_processor *cpuinfo_get_processor(uint32_t index) { return (void)index, &processor; }
uint32_t cpuinfo_get_processors_count(void) { return 1; }
const struct cpuinfo_uarch_info *cpuinfo_get_uarch(uint32_t index) { return (void)index, &uarch; }
uint32_t cpuinfo_get_uarchs_count(void) { return 1; }
