// Which paths the process can open (Landlock): the system's libraries, what the dynamic loader and a language's run
// time need, and what it is given. Nothing can be written, made, removed or (but a program by itself) run; TCP and, on
// newer kernels, other processes' abstract sockets and signals are shut as well.
#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>

#include "core/host/isolation/confine.h"

namespace solder::host::isolation {

namespace {

// What the headers of this build do not know yet; the kernel that runs it may.
constexpr uint64_t kRefer = 1ull << 13, kTruncate = 1ull << 14, kDevices = 1ull << 15;
constexpr uint64_t kTcp = 3;     // bind and connect
constexpr uint64_t kScoped = 3;  // abstract sockets and signals
constexpr int kAbiRefer = 2, kAbiTruncate = 3, kAbiTcp = 4, kAbiDevices = 5, kAbiScoped = 6;

constexpr uint64_t kReadFile = LANDLOCK_ACCESS_FS_READ_FILE;
constexpr uint64_t kRead = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr uint64_t kFirst = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // all of the first version

struct Attributes {
  uint64_t files, tcp, scoped;
};

constexpr std::array kSystem = {"/usr",           "/lib",         "/lib64",      "/etc/ld.so.cache",
                                "/etc/localtime", "/dev/urandom", "/dev/random", "/dev/zero",
                                "/dev/null",      "/etc/ssl",     "/proc/self",  "/sys/devices/system/cpu"};

void allow(int rules, const std::string& path, uint64_t more = 0) {
  const int fd = ::open(path.c_str(), O_PATH | O_CLOEXEC);
  if (fd < 0) return;  // not there: nothing to read
  struct stat info {};
  const bool directory = ::fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
  landlock_path_beneath_attr rule{};
  rule.allowed_access = (directory ? kRead : kReadFile) | more;
  rule.parent_fd = fd;
  static_cast<void>(::syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0));
  ::close(fd);
}

}  // namespace

bool refuse_paths(const std::vector<std::string>& readable, const std::vector<std::string>& runnable) {
  const long abi = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return false;
  Attributes attributes{kFirst, 0, 0};
  size_t size = sizeof(uint64_t);
  if (abi >= kAbiRefer) attributes.files |= kRefer;
  if (abi >= kAbiTruncate) attributes.files |= kTruncate;
  if (abi >= kAbiDevices) attributes.files |= kDevices;
  if (abi >= kAbiTcp) {
    attributes.tcp = kTcp;
    size = 2 * sizeof(uint64_t);
  }
  if (abi >= kAbiScoped) {
    attributes.scoped = kScoped;
    size = sizeof(attributes);
  }
  const int rules = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0));
  if (rules < 0) return false;
  for (const char* path : kSystem) allow(rules, path);
  for (const auto& path : readable) allow(rules, path);
  for (const auto& path : runnable) allow(rules, path, LANDLOCK_ACCESS_FS_EXECUTE);
  const bool done = ::syscall(SYS_landlock_restrict_self, rules, 0) == 0;
  ::close(rules);
  return done;
}

}  // namespace solder::host::isolation
