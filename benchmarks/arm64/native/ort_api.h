// The few entries of ONNX Runtime's C API that run_onnxruntime.cpp calls. The Python wheel has no header.
//
// OrtApi is a table of function pointers to which versions only append, so the index of an entry never changes.
#ifndef CLOFORMER_ORT_API_H
#define CLOFORMER_ORT_API_H

#include <cstddef>
#include <cstdint>

namespace ort {

struct Status;  // null is success
struct Env;
struct Session;
struct SessionOptions;
struct MemoryInfo;
struct Value;
struct Allocator;
struct TensorInfo;

constexpr int kError = 3;  // a logging level
constexpr int kDeviceAllocator = 0, kDefaultMemory = 0;
constexpr int kFloat = 1;  // element type
constexpr uint32_t kApiVersion = 1;

struct ApiBase {
  const void *const *(*get_api)(uint32_t version);
  const char *(*version)();
};

// Returns the function at an index of the table; functions that can fail return a Status.
template <size_t Place, typename Result, typename... Arguments>
Result call(const void *const *api, Arguments... arguments) {
  return reinterpret_cast<Result (*)(Arguments...)>(const_cast<void *>(api[Place]))(arguments...);
}

enum Place : size_t {
  kGetErrorMessage = 2,
  kCreateEnv = 3,
  kCreateSession = 7,
  kRun = 9,
  kCreateSessionOptions = 10,
  kEnableProfiling = 14,
  kSetLogSeverityLevel = 22,
  kSetIntraOpThreads = 24,
  kSetInterOpThreads = 25,
  kInputName = 36,
  kOutputName = 37,
  kCreateTensorWithData = 49,
  kTensorMutableData = 51,
  kElementType = 60,
  kElementCount = 64,
  kTensorTypeAndShape = 65,
  kCreateCpuMemoryInfo = 69,
  kDefaultAllocator = 78,
  kReleaseValue = 96,
  kEndProfiling = 110,
};

}  // namespace ort

extern "C" const ort::ApiBase *OrtGetApiBase();

#endif
