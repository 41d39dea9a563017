// ONNX Runtime's C API, from Debian's headers or from the xcframework: both know it by this name.
#include <onnxruntime/onnxruntime_c_api.h>
