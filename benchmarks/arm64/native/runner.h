// Shared parts of the two runners: their arguments, reading and writing raw tensors, and exiting.
//
//   run_<runtime> ARTIFACT INPUT OUTPUT N,C,H,W
//
// INPUT contains any number of batches as raw float32. Each is run once, in one thread, and its first output is
// appended to OUTPUT. "loaded" on standard output means that the artifact was accepted.
#ifndef CLOFORMER_RUNNER_H
#define CLOFORMER_RUNNER_H

#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace runner {

enum ExitCode { kDone = 0, kWrongUsage = 2, kCannotLoad = 10, kFailedWhileRunning = 11 };

// Libraries also write to standard error, so "error: " marks the reason.
[[noreturn]] inline void stop(ExitCode code, const std::string &why) {
  std::fprintf(stderr, "error: %s\n", why.c_str());
  std::exit(code);
}

struct Job {
  std::string artifact;
  std::vector<int64_t> shape;
  std::vector<float> input;
  std::FILE *output;

  size_t batch_length() const {
    size_t length = 1;
    for (int64_t each : shape) length *= static_cast<size_t>(each);
    return length;
  }
  size_t batches() const { return input.size() / batch_length(); }
  float *batch(size_t index) { return input.data() + index * batch_length(); }
};

inline std::vector<char> read_file(const std::string &path) {
  std::FILE *file = std::fopen(path.c_str(), "rb");
  if (!file) stop(kCannotLoad, "cannot open " + path);
  std::vector<char> content;
  char chunk[1 << 16];
  while (size_t count = std::fread(chunk, 1, sizeof chunk, file)) content.insert(content.end(), chunk, chunk + count);
  std::fclose(file);
  return content;
}

inline Job read_job(int argc, char **argv) {
  if (argc != 5) stop(kWrongUsage, "usage: ARTIFACT INPUT OUTPUT N,C,H,W");
  Job job;
  job.artifact = argv[1];
  for (char *at = argv[4]; *at; at += *at == ',') job.shape.push_back(std::strtoll(at, &at, 10));
  const std::vector<char> raw = read_file(argv[2]);
  const float *values = reinterpret_cast<const float *>(raw.data());
  job.input.assign(values, values + raw.size() / sizeof(float));
  job.output = std::fopen(argv[3], "wb");
  if (!job.output) stop(kWrongUsage, std::string("cannot write ") + argv[3]);
  return job;
}

inline void say_loaded() {
  std::puts("loaded");
  std::fflush(stdout);
}

// Marks the start or the end of an inference for instruction_counter.c.
inline void mark() { getsid(0); }

inline void write_output(Job &job, const float *values, size_t count) {
  if (std::fwrite(values, sizeof(float), count, job.output) != count || std::fflush(job.output) != 0)
    stop(kFailedWhileRunning, "cannot write the output");
}

}  // namespace runner

#endif
