// Shuts this process in before a stranger's code runs in it: limits of memory and files, no capabilities, system calls
// that a plugin has no use for refused (syscall_filter.cc), and only some paths readable (path_rules.cc). What the
// kernel does not offer is left out, and what is there is told. There is no way back.
// Tested by tests/plugin/isolation_limits_test.cc.
#pragma once

#include <string>
#include <vector>

#include "core/host/isolation/limits.h"

namespace solder::host::isolation {

// `file` stays readable, and what `limits` lists. What is in force then, in words: "seccomp", "landlock", ...
// `runnable`: empty, or the process is about to become a program and what it may run for that; nothing else can be run.
std::vector<std::string> confine(const Limits& limits, const std::string& file,
                                 const std::vector<std::string>& runnable = {});

// The parts of it that are files of their own; false where the kernel has it not.
bool refuse_system_calls(bool runs_program);
bool refuse_paths(const std::vector<std::string>& readable, const std::vector<std::string>& runnable);

}  // namespace solder::host::isolation
