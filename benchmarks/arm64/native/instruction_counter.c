// A plugin for QEMU's user emulation that exactly counts executed AArch64 instructions by class.
//
// The guest marks the start and the end of each inference with getsid(0), and other moments with getsid(1), getsid(2)
// and so on: a system call that nothing else makes and that changes nothing. At each mark, the plugin writes one line to
// the file given by out=FILE: the number of the mark and all counters so far.
#include <stdio.h>
#include <string.h>

#include "classify.h"
#include "qemu_plugin.h"

enum { SYSCALL_GETSID = 156 };  // in AArch64 Linux's numbering

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

static uint64_t counters[COUNTER_COUNT];
static FILE *out;

// Counters are updated once per block with its sums, because a call per instruction would be many times slower.
static void count_block(qemu_plugin_id_t id, struct qemu_plugin_tb *block) {
  (void)id;
  uint64_t sum[COUNTER_COUNT] = {0};
  for (size_t i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
    uint32_t word;
    memcpy(&word, qemu_plugin_insn_data(qemu_plugin_tb_get_insn(block, i)), sizeof word);
    classify(word, sum);
  }
  for (int i = 0; i < COUNTER_COUNT; i++)
    if (sum[i]) qemu_plugin_register_vcpu_tb_exec_inline(block, QEMU_PLUGIN_INLINE_ADD_U64, &counters[i], sum[i]);
}

static void write_mark(uint64_t number) {
  fprintf(out, "%llu", (unsigned long long)number);
  for (int i = 0; i < COUNTER_COUNT; i++) fprintf(out, " %llu", (unsigned long long)counters[i]);
  fputc('\n', out);
  fflush(out);
}

static void on_syscall(qemu_plugin_id_t id, unsigned int vcpu, int64_t number, uint64_t a1, uint64_t a2, uint64_t a3,
                       uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8) {
  (void)id, (void)vcpu, (void)a2, (void)a3, (void)a4, (void)a5, (void)a6, (void)a7, (void)a8;
  if (number == SYSCALL_GETSID) write_mark(a1);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv) {
  (void)info;
  static const char OPTION[] = "out=";
  for (int i = 0; i < argc; i++)
    if (strncmp(argv[i], OPTION, strlen(OPTION)) == 0) out = fopen(argv[i] + strlen(OPTION), "w");
  if (!out) return 1;
  fputs("mark", out);
#define AS_TEXT(name) fputs(" " #name, out);
  COUNTERS(AS_TEXT)
#undef AS_TEXT
  fputc('\n', out);
  qemu_plugin_register_vcpu_tb_trans_cb(id, count_block);
  qemu_plugin_register_vcpu_syscall_cb(id, on_syscall);
  return 0;
}
