// Ends Python code that runs on past its time: a thread of this library raises solder._calls.TookTooLong in it, at its
// next line of Python. What waits inside a library in C is reached when that returns. Tested by
// tests/plugin/python_test.cc.
#pragma once

#include <chrono>
#include <cstdint>

namespace solder::python {

// While it lives, the calling thread, which holds the interpreter's lock, has until then. Nested ones: the first that
// is due counts.
class Deadline {
 public:
  explicit Deadline(uint64_t monotonic_ns);
  ~Deadline();
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  static uint64_t after(std::chrono::nanoseconds time);

 private:
  uint64_t number_;
};

}  // namespace solder::python
