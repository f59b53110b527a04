#include "core/host/isolation/confine.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace solder::host::isolation {

namespace {

// Of addresses, which a run time reserves generously; what counts for programs is the memory that they can write.
constexpr rlim_t kReserved = rlim_t{16} << 30;
constexpr rlim_t kOwnFiles = 8;  // the standard ones, the socket, and what the dynamic loader has open for a moment

// ThreadSanitizer and AddressSanitizer reserve terabytes of addresses.
#ifdef SOLDER_SANITIZED
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

bool limit(__rlimit_resource_t what, rlim_t most) {
  const rlimit value{most, most};
  return ::setrlimit(what, &value) == 0;
}

rlim_t address_space() {
  std::ifstream statm("/proc/self/statm");
  rlim_t pages = 0;
  statm >> pages;
  return pages * static_cast<rlim_t>(::sysconf(_SC_PAGESIZE));
}

// Root without its capabilities is a user like others.
bool drop_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[2]{};
  return ::syscall(SYS_capset, &header, none) == 0;
}

}  // namespace

std::vector<std::string> confine(const Limits& limits, const std::string& file,
                                 const std::vector<std::string>& runnable) {
  std::vector<std::string> out;
  const auto add = [&](bool done, const std::string& words) {
    if (done) out.push_back(words);
  };
  // Without this, a filter of system calls is not taken from anybody but root; with it, no file gives privileges.
  add(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
  limit(RLIMIT_CORE, 0);
  // Writing a file is an error and not the end.
  std::signal(SIGXFSZ, SIG_IGN);
  limit(RLIMIT_FSIZE, 0);
  const rlim_t files = kOwnFiles + limits.open_files;
  add(limit(RLIMIT_NOFILE, files), std::to_string(limits.open_files) + " files");
  const rlim_t memory = rlim_t{limits.memory_mb} << 20;
  const std::string memory_words = std::to_string(limits.memory_mb) + " MB of memory";
  if (!runnable.empty()) {
    add(limit(RLIMIT_DATA, memory) && (kSanitized || limit(RLIMIT_AS, memory + kReserved)), memory_words);
  } else if (!kSanitized) {
    add(limit(RLIMIT_AS, address_space() + memory), memory_words);
  }
  std::vector<std::string> readable = limits.readable_paths;
  readable.push_back(file);
  add(refuse_paths(readable, runnable), "landlock");
  add(drop_capabilities(), "no capabilities");
  // Last: it refuses what the steps before need.
  add(refuse_system_calls(!runnable.empty()), "seccomp");
  return out;
}

}  // namespace solder::host::isolation
