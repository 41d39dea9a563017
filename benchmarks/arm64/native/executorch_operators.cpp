// When preloaded into run_executorch, writes between which marks of operator_clock.c each operator ran: one line
// "FIRST LAST NAME" per operator, to the file named by the environment variable OPERATORS.
//
// ExecuTorch's wheel is built without its event tracer. XNNPACK has its own profiler, which only needs to be enabled.
// The other kernels are intercepted in the registry that looks them up by name.
#include <dlfcn.h>
#include <executorch/runtime/kernel/operator_registry.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "operator_clock.h"

namespace {

void write_operator(long first, long last, const std::string &name) {
  static std::FILE *const file = std::fopen(std::getenv("OPERATORS"), "w");
  if (!file) std::abort();
  std::fprintf(file, "%ld %ld %s\n", first, last, name.c_str());
  std::fflush(file);
}

template <typename Function>
Function *original(const char *symbol) {
  return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, symbol));
}

}  // namespace

// Declarations of XNNPACK, whose header is not in the wheel.
extern "C" {
constexpr uint32_t kBasicProfiling = 8;
enum ProfileInfo { kOperatorCount = 0, kOperatorNames = 1, kOperatorMicroseconds = 2 };
int xnn_get_runtime_profiling_info(void *runtime, int info, size_t size, void *value, size_t *needed);

int xnn_create_runtime_v4(void *subgraph, void *weights, void *workspace, void *pool, uint32_t flags, void **runtime) {
  static const auto create = original<decltype(xnn_create_runtime_v4)>("xnn_create_runtime_v4");
  return create(subgraph, weights, workspace, pool, flags | kBasicProfiling, runtime);
}

// XNNPACK's profiler reads the clock before the first operator and after each operator, or each part of an operator.
int xnn_invoke_runtime(void *runtime) {
  static const auto invoke = original<decltype(xnn_invoke_runtime)>("xnn_invoke_runtime");
  static const auto ask = original<decltype(xnn_get_runtime_profiling_info)>("xnn_get_runtime_profiling_info");
  const long before = operator_clock_tick();
  const int status = invoke(runtime);
  size_t count = 0, needed = 0;
  ask(runtime, kOperatorCount, sizeof count, &count, &needed);
  ask(runtime, kOperatorNames, 0, nullptr, &needed);
  std::vector<char> names(needed + 1);
  ask(runtime, kOperatorNames, needed, names.data(), &needed);
  std::vector<uint64_t> microseconds(count);
  ask(runtime, kOperatorMicroseconds, count * sizeof(uint64_t), microseconds.data(), &needed);
  const char *name = names.data();
  long mark = before + 1;
  for (size_t i = 0; i < count; i++, name += std::string(name).size() + 1) {
    const long last = mark + static_cast<long>(microseconds[i]);
    write_operator(mark, last, name);
    mark = last;
  }
  return status;
}
}

namespace executorch::runtime {
namespace {

struct Kernels {
  static constexpr size_t kMost = 128;
  std::array<std::string, kMost> names;
  std::array<OpFunction, kMost> functions;
  size_t count = 0;
} kernels;

template <size_t Index>
void run_between_marks(KernelRuntimeContext &context, Span<EValue *> arguments) {
  const long first = operator_clock_tick();
  kernels.functions[Index](context, arguments);
  write_operator(first, operator_clock_tick(), kernels.names[Index]);
}

template <size_t... Indices>
constexpr std::array<OpFunction, sizeof...(Indices)> make_wrappers(std::index_sequence<Indices...>) {
  return {run_between_marks<Indices>...};
}

constexpr auto kWrappers = make_wrappers(std::make_index_sequence<Kernels::kMost>());

}  // namespace

// Called once for each operator when a method loads.
Result<OpFunction> get_op_function_from_registry(const char *name, Span<const TensorMeta> meta_list,
                                                 Span<const Kernel> kernel_list) {
  using Lookup = Result<OpFunction>(const char *, Span<const TensorMeta>, Span<const Kernel>);
  static const auto look_up = original<Lookup>(
      "_ZN10executorch7runtime29get_op_function_from_registryEPKcNS0_4SpanIKNS0_10TensorMetaEEENS3_IKNS0_6KernelEEE");
  Result<OpFunction> found = look_up(name, meta_list, kernel_list);
  if (!found.ok()) return found;
  for (size_t i = 0; i < kernels.count; i++)
    if (kernels.functions[i] == found.get() && kernels.names[i] == name) return kWrappers[i];
  if (kernels.count == Kernels::kMost) return found;
  kernels.names[kernels.count] = name;
  kernels.functions[kernels.count] = found.get();
  return kWrappers[kernels.count++];
}

}  // namespace executorch::runtime
