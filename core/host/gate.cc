#include "core/host/gate.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "core/host/elf_file.h"
#include "core/host/host_table.h"
#include "core/host/linked_libraries.h"
#include "solder/plugin.h"

namespace solder::host {

namespace {

constexpr off_t kMaxFileSize = 512 << 20;
constexpr std::string_view kEntry = "solder_plugin_entry_v1";
constexpr std::string_view kEntryOfAnyMajor = "solder_plugin_entry_v";
// Libraries with process-wide registries: a second copy, or a second version, aborts or corrupts the host.
constexpr std::array<std::string_view, 4> kForbiddenLibraries = {"libprotobuf", "libgrpc", "libspdlog", "libpython"};

// A language's runtime stands in the process once, with the plugin that runs files by it.
constexpr std::string_view kRuntime = "libpython";

class File {
 public:
  // O_NONBLOCK: opening a FIFO must not wait for a writer.
  explicit File(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

Refusal not_readable(int error) {
  return {reason::kNotReadable, std::string("it cannot be read: ") + std::strerror(error)};
}

std::optional<Refusal> check_manifest(const Manifest& manifest, const std::vector<std::string>& problems) {
  if (manifest.abi_major != SOLDER_ABI_MAJOR && manifest.abi_major != 0) {
    return Refusal{reason::kAbiMajor, "its manifest asks for plugin ABI " + std::to_string(manifest.abi_major) +
                                          "; this Solder has ABI " + std::to_string(SOLDER_ABI_MAJOR)};
  }
  if (!problems.empty()) {
    std::string all;
    for (const std::string& problem : problems) all += (all.empty() ? "" : "; ") + problem;
    return Refusal{reason::kBadManifest, all};
  }
  if (manifest.abi_major == 0) {
    return Refusal{reason::kAbiMajor, "its manifest asks for plugin ABI 0; this Solder has ABI 1"};
  }
  if (manifest.abi_minor > SOLDER_ABI_MINOR) {
    return Refusal{reason::kAbiMinor, "it needs plugin ABI 1." + std::to_string(manifest.abi_minor) +
                                          "; this Solder has 1." + std::to_string(SOLDER_ABI_MINOR) +
                                          ", so a newer Solder is needed"};
  }
  return std::nullopt;
}

std::optional<Refusal> check_exports(const std::vector<std::string>& exports) {
  std::vector<std::string> extra;
  bool entry = false, other_major = false;
  for (const std::string& name : exports) {
    if (name == kEntry) {
      entry = true;
    } else if (name.rfind(kEntryOfAnyMajor, 0) == 0) {
      other_major = true;  // a plugin may serve several majors
    } else {
      extra.push_back(name);
    }
  }
  if (!entry && other_major) {
    return Refusal{reason::kAbiMajor,
                   "it exports the entry of another major only; this Solder calls " + std::string(kEntry)};
  }
  if (!entry) {
    return Refusal{reason::kNoEntrySymbol, "it does not export " + std::string(kEntry) + "; mark it SOLDER_EXPORT"};
  }
  if (extra.empty()) return std::nullopt;
  std::string names;
  for (size_t i = 0; i < extra.size() && i < 3; ++i) names += (i == 0 ? "" : ", ") + extra[i];
  if (extra.size() > 3) names += " and " + std::to_string(extra.size() - 3) + " more";
  return Refusal{reason::kExtraSymbols, "it exports more than " + std::string(kEntry) + ": " + names +
                                            "; compile with -fvisibility=hidden and link with the SDK's plugin.map"};
}

std::optional<Refusal> check_services(const Manifest& manifest) {
  for (const std::string& id : manifest.needs) {
    if (has_service(id)) continue;
    return Refusal{reason::kMissingService, "it needs the host service " + id + ", which this Solder has not"};
  }
  return std::nullopt;
}

std::variant<Manifest, Refusal> read_manifest(std::string_view text, std::string& name) {
  ManifestResult parsed = parse_manifest(text);
  name = parsed.manifest.name;
  if (auto refusal = check_manifest(parsed.manifest, parsed.problems)) return *refusal;
  return std::move(parsed.manifest);
}

}  // namespace

std::optional<Refusal> check_libraries(const Manifest& manifest, const std::vector<std::string>& libraries) {
  for (const std::string& library : libraries) {
    for (std::string_view forbidden : kForbiddenLibraries) {
      if (library.rfind(forbidden, 0) != 0) continue;
      if (forbidden == kRuntime && !manifest.files.empty()) continue;
      return Refusal{reason::kForbiddenLibrary, "it links " + library +
                                                    ", which cannot stand twice in one process; a plugin writes wire "
                                                    "bytes or JSON and needs no " +
                                                    std::string(forbidden)};
    }
  }
  return std::nullopt;
}

std::variant<std::string, Refusal> read_plugin_file(const std::string& path) {
  const File file(path);
  if (file.fd() < 0) return not_readable(errno);
  struct stat info {};
  if (::fstat(file.fd(), &info) != 0) return not_readable(errno);
  if (!S_ISREG(info.st_mode)) return Refusal{reason::kNotReadable, "it is not a regular file"};
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return Refusal{reason::kUnsafePermissions,
                   "others than its owner may write it, and so run code in Solder; right is: chmod go-w " + path};
  }
  if (info.st_size > kMaxFileSize) return Refusal{reason::kNotReadable, "it is larger than 512 MB"};
  std::string bytes;
  bytes.resize(static_cast<size_t>(info.st_size));
  size_t at = 0;
  while (at < bytes.size()) {
    const ssize_t got = ::read(file.fd(), bytes.data() + at, bytes.size() - at);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return not_readable(errno);
    if (got == 0) break;  // it shrank while it was read
    at += static_cast<size_t>(got);
  }
  bytes.resize(at);
  return bytes;
}

std::variant<Manifest, Refusal> accept_manifest(std::string_view json, std::string& name) {
  auto manifest = read_manifest(json, name);
  if (std::holds_alternative<Refusal>(manifest)) return manifest;
  if (auto refusal = check_services(std::get<Manifest>(manifest))) return *refusal;
  return manifest;
}

std::variant<Gated, Refusal> gate(std::string_view bytes, std::string& name) {
  auto elf = read_elf(bytes);
  if (auto* refusal = std::get_if<Refusal>(&elf)) return *refusal;
  const ElfFile& file = std::get<ElfFile>(elf);
  if (!file.manifest) {
    return Refusal{
        reason::kNoManifest,
        "it carries no manifest in an ELF note .note.solder; use solder_add_plugin(MANIFEST) or SOLDER_MANIFEST()"};
  }
  auto read = read_manifest(*file.manifest, name);
  if (auto* refusal = std::get_if<Refusal>(&read)) return *refusal;
  auto& manifest = std::get<Manifest>(read);
  if (auto refusal = check_exports(file.exports)) return *refusal;
  if (auto refusal = check_libraries(manifest, file.needed)) return *refusal;
  if (auto refusal = check_services(manifest)) return *refusal;
  const bool can_unmap = manifest.unload_allowed && !file.no_delete;
  return Gated{std::move(manifest), can_unmap};
}

}  // namespace solder::host
