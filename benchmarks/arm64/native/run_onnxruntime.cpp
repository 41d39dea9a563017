// Runs an .onnx or .ort file in the aarch64 build of ONNX Runtime via its C API; its library needs no Python.
// If the environment variable OPERATORS is set, the runtime's profile is written to a file with its value as prefix.
#include "ort_api.h"
#include "runner.h"

namespace {

const void *const *api;

template <size_t Place, typename... Arguments>
void check(runner::ExitCode code, Arguments... arguments) {
  if (auto *status = ort::call<Place, ort::Status *>(api, arguments...))
    runner::stop(code, ort::call<ort::kGetErrorMessage, const char *>(api, static_cast<const ort::Status *>(status)));
}

ort::Session *load(const std::string &path, const char *profile) {
  ort::Env *env;
  ort::SessionOptions *options;
  ort::Session *session;
  const auto failed = runner::kCannotLoad;
  check<ort::kCreateEnv>(failed, ort::kError, "cloformer", &env);
  check<ort::kCreateSessionOptions>(failed, &options);
  check<ort::kSetLogSeverityLevel>(failed, options, ort::kError);
  check<ort::kSetIntraOpThreads>(failed, options, 1);
  check<ort::kSetInterOpThreads>(failed, options, 1);
  if (profile) check<ort::kEnableProfiling>(failed, options, profile);
  check<ort::kCreateSession>(failed, static_cast<const ort::Env *>(env), path.c_str(),
                             static_cast<const ort::SessionOptions *>(options), &session);
  return session;
}

ort::Allocator *default_allocator() {
  ort::Allocator *allocator;
  check<ort::kDefaultAllocator>(runner::kCannotLoad, &allocator);
  return allocator;
}

template <size_t Place>
const char *name_of_first(ort::Session *session) {
  char *name;
  check<Place>(runner::kCannotLoad, static_cast<const ort::Session *>(session), size_t{0}, default_allocator(), &name);
  return name;
}

ort::Value *tensor_over(float *data, const runner::Job &job) {
  static ort::MemoryInfo *memory = [] {
    ort::MemoryInfo *created;
    check<ort::kCreateCpuMemoryInfo>(runner::kFailedWhileRunning, ort::kDeviceAllocator, ort::kDefaultMemory, &created);
    return created;
  }();
  ort::Value *value;
  check<ort::kCreateTensorWithData>(runner::kFailedWhileRunning, static_cast<const ort::MemoryInfo *>(memory),
                                    static_cast<void *>(data), job.batch_length() * sizeof(float), job.shape.data(),
                                    job.shape.size(), ort::kFloat, &value);
  return value;
}

void write_tensor(runner::Job &job, ort::Value *value) {
  const auto failed = runner::kFailedWhileRunning;
  ort::TensorInfo *info;
  int type;
  size_t count;
  void *data;
  check<ort::kTensorTypeAndShape>(failed, static_cast<const ort::Value *>(value), &info);
  check<ort::kElementType>(failed, static_cast<const ort::TensorInfo *>(info), &type);
  if (type != ort::kFloat) runner::stop(failed, "the first output is not float32");
  check<ort::kElementCount>(failed, static_cast<const ort::TensorInfo *>(info), &count);
  check<ort::kTensorMutableData>(failed, value, &data);
  runner::write_output(job, static_cast<const float *>(data), count);
}

}  // namespace

int main(int argc, char **argv) {
  runner::Job job = runner::read_job(argc, argv);
  api = OrtGetApiBase()->get_api(ort::kApiVersion);
  const char *const profile = std::getenv("OPERATORS");
  ort::Session *session = load(job.artifact, profile);
  const char *const input_name = name_of_first<ort::kInputName>(session);
  const char *const output_name = name_of_first<ort::kOutputName>(session);
  runner::say_loaded();
  for (size_t i = 0; i < job.batches(); i++) {
    const ort::Value *input = tensor_over(job.batch(i), job);
    ort::Value *output = nullptr;
    runner::mark();
    check<ort::kRun>(runner::kFailedWhileRunning, session, static_cast<const void *>(nullptr), &input_name, &input,
                     size_t{1}, &output_name, size_t{1}, &output);
    runner::mark();
    write_tensor(job, output);
    ort::call<ort::kReleaseValue, void>(api, output);
    ort::call<ort::kReleaseValue, void>(api, const_cast<ort::Value *>(input));
  }
  char *written;
  if (profile) check<ort::kEndProfiling>(runner::kFailedWhileRunning, session, default_allocator(), &written);
  // Skips the library's teardown: nothing is left to save, and an error in its order could only do harm.
  std::_Exit(std::fclose(job.output) == 0 ? runner::kDone : runner::kFailedWhileRunning);
}
