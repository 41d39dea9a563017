// Runs a .pte file in the aarch64 build of ExecuTorch: the C++ libraries of the wheel, with XNNPACK, in one thread.
#include <executorch/extension/threadpool/threadpool_guard.h>
#include <executorch/runtime/core/data_loader.h>
#include <executorch/runtime/core/exec_aten/exec_aten.h>
#include <executorch/runtime/executor/memory_manager.h>
#include <executorch/runtime/executor/method.h>
#include <executorch/runtime/executor/program.h>
#include <executorch/runtime/platform/runtime.h>

#include <cstring>
#include <memory>
#include <numeric>

#include "runner.h"

namespace {

using namespace executorch::runtime;
using executorch::aten::ScalarType;
using executorch::aten::Tensor;
using executorch::aten::TensorImpl;

constexpr size_t kAlignment = 64;

void *allocate_aligned(size_t size) {
  void *memory = nullptr;
  if (posix_memalign(&memory, kAlignment, size ? size : kAlignment) != 0) runner::stop(runner::kCannotLoad, "no memory");
  std::memset(memory, 0, size);
  return memory;
}

// The file in memory. Its segments are used in place.
class FileInMemory : public DataLoader {
 public:
  explicit FileInMemory(const std::string &path) {
    const std::vector<char> content = runner::read_file(path);
    size_ = content.size();
    data_ = static_cast<char *>(allocate_aligned(size_));
    std::memcpy(data_, content.data(), size_);
  }
  Result<FreeableBuffer> load(size_t offset, size_t size, const SegmentInfo &) const override {
    if (offset > size_ || size > size_ - offset) return Error::InvalidArgument;
    return FreeableBuffer(data_ + offset, size, nullptr);
  }
  Error load_into(size_t offset, size_t size, const SegmentInfo &, void *buffer) const override {
    if (offset > size_ || size > size_ - offset) return Error::InvalidArgument;
    std::memcpy(buffer, data_ + offset, size);
    return Error::Ok;
  }
  Result<size_t> size() const override { return size_; }

 private:
  char *data_;
  size_t size_;
};

// Memory of the method during its lifetime, or until reset() is called between inferences.
class GrowingAllocator : public MemoryAllocator {
 public:
  GrowingAllocator() : MemoryAllocator(0, nullptr) {}
  void *allocate(size_t size, size_t) override {
    blocks_.push_back(allocate_aligned(size));
    return blocks_.back();
  }
  void reset() override {
    for (void *block : blocks_) std::free(block);
    blocks_.clear();
  }

 private:
  std::vector<void *> blocks_;
};

template <typename T>
T take(Result<T> result, runner::ExitCode code, const char *what) {
  if (!result.ok()) runner::stop(code, std::string(what) + ": error " + std::to_string(static_cast<int>(result.error())));
  return std::move(result.get());
}

void check(Error error, const char *what) {
  if (error != Error::Ok)
    runner::stop(runner::kFailedWhileRunning, std::string(what) + ": error " + std::to_string(static_cast<int>(error)));
}

std::vector<Span<uint8_t>> allocate_planned(const MethodMeta &meta) {
  std::vector<Span<uint8_t>> buffers;
  for (size_t i = 0; i < meta.num_memory_planned_buffers(); i++) {
    const size_t size = take(meta.memory_planned_buffer_size(i), runner::kCannotLoad, "planned memory");
    buffers.push_back({static_cast<uint8_t *>(allocate_aligned(size)), size});
  }
  return buffers;
}

// A contiguous float tensor in the memory of the job.
class Input {
 public:
  explicit Input(const std::vector<int64_t> &shape) : sizes_(shape.begin(), shape.end()), order_(shape.size()) {
    std::iota(order_.begin(), order_.end(), 0);
    strides_.assign(shape.size(), 1);
    for (size_t i = shape.size() - 1; i > 0; i--) strides_[i - 1] = strides_[i] * sizes_[i];
  }
  TensorImpl over(float *data) {
    return TensorImpl(ScalarType::Float, static_cast<ssize_t>(sizes_.size()), sizes_.data(), data, order_.data(),
                      strides_.data());
  }

 private:
  std::vector<TensorImpl::SizesType> sizes_;
  std::vector<TensorImpl::DimOrderType> order_;
  std::vector<TensorImpl::StridesType> strides_;
};

void run(Method &method, runner::Job &job) {
  Input input(job.shape);
  for (size_t i = 0; i < job.batches(); i++) {
    TensorImpl tensor = input.over(job.batch(i));
    runner::mark();
    check(method.set_input(EValue(Tensor(&tensor)), 0), "cannot set the input");
    check(method.execute(), "cannot run");
    runner::mark();
    const Tensor output = method.get_output(0).toTensor();
    if (output.scalar_type() != ScalarType::Float)
      runner::stop(runner::kFailedWhileRunning, "the first output is not float32");
    runner::write_output(job, output.const_data_ptr<float>(), static_cast<size_t>(output.numel()));
  }
}

}  // namespace

int main(int argc, char **argv) {
  runner::Job job = runner::read_job(argc, argv);
  runtime_init();
  const executorch::extension::threadpool::NoThreadPoolGuard one_thread;
  FileInMemory file(job.artifact);
  Program program = take(Program::load(&file), runner::kCannotLoad, "not an ExecuTorch program");
  const MethodMeta meta = take(program.method_meta("forward"), runner::kCannotLoad, "no method forward");
  std::vector<Span<uint8_t>> planned_buffers = allocate_planned(meta);
  HierarchicalAllocator planned({planned_buffers.data(), planned_buffers.size()});
  GrowingAllocator method_memory, temporary;
  MemoryManager memory(&method_memory, &planned, &temporary);
  Method method = take(program.load_method("forward", &memory), runner::kCannotLoad, "cannot load the method");
  runner::say_loaded();
  run(method, job);
  // Skips the libraries' teardown: nothing is left to save, and an error in its order could only do harm.
  std::_Exit(std::fclose(job.output) == 0 ? runner::kDone : runner::kFailedWhileRunning);
}
