#include "core/host/private_copy.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/replace_file.h"

namespace solder::host {

namespace {

base::Status failed(const std::string& what, const std::string& path) {
  return base::unavailable("cannot " + what + " " + path + ": " + std::strerror(errno));
}

bool holds(const std::string& path, std::string_view bytes) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return false;
  std::ostringstream content;
  content << file.rdbuf();
  return content.view() == bytes;
}

// Several processes may copy the same file at the same time: each writes its own and the last rename wins, with equal
// bytes.
std::string staging_name(const std::string& target) {
  static std::atomic<unsigned> counter{0};
  return target + "." + std::to_string(::getpid()) + "." + std::to_string(counter++) + ".tmp";
}

// 128 bits: a stranger must not be able to make two files of one name.
constexpr size_t kNameDigits = 32;

}  // namespace

std::string content_hash(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const unsigned char byte : digest) {
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::string copy_path(const std::string& directory, const std::string& name, const std::string& hash,
                      const std::string& ending) {
  return directory + "/" + name + "-" + hash.substr(0, kNameDigits) + "." + ending;
}

std::string copy_stem(const std::string& file) {
  const size_t name = file.rfind('/') + 1;
  const size_t dot = file.find('.', name);
  if (dot == std::string::npos || dot < name + kNameDigits + 1) return "";
  const size_t hash = dot - kNameDigits;
  if (file[hash - 1] != '-' || file.find_first_not_of("0123456789abcdef", hash) != dot) return "";
  return file.substr(0, dot + 1);
}

std::optional<std::string> find_copy(const std::string& directory, const std::string& name, const std::string& hash) {
  const std::string begin = copy_path(directory, name, hash, "");
  std::error_code error;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string path = entry->path().string();
    // Beside it lie its state, and what another process is about to write.
    if (path.rfind(begin, 0) == 0 && path.find('.', begin.size()) == std::string::npos) return path;
  }
  return std::nullopt;
}

base::Status prepare_copy_directory(const std::string& directory) {
  std::error_code error;
  const auto parent = std::filesystem::path(directory).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, error);
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return failed("make the directory", directory);
  struct stat info {};
  if (::lstat(directory.c_str(), &info) != 0) return failed("read the directory", directory);
  if (!S_ISDIR(info.st_mode)) return base::unavailable(directory + " is not a directory");
  if (info.st_uid != ::geteuid()) {
    return base::unavailable(directory + " belongs to another user, who could change what is loaded from it");
  }
  if ((info.st_mode & 077) != 0 && ::chmod(directory.c_str(), 0700) != 0) return failed("close to others", directory);
  return {};
}

base::Result<std::string> private_copy(const std::string& directory, const std::string& name, std::string_view bytes,
                                       const std::string& hash, const std::string& ending) {
  const std::string target = copy_path(directory, name, hash, ending);
  if (holds(target, bytes)) return target;
  const std::string staging = staging_name(target);
  const int fd = ::open(staging.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0500);
  if (fd < 0) return failed("write", staging);
  // Nothing waits for the disk: a copy is compared whole before each use, so one that a power cut has torn is written
  // anew. Waiting would cost a start one flush of the disk for each plugin.
  base::Status status;
  if (!base::write_all(fd, bytes)) status = failed("write", staging);
  if (::close(fd) != 0 && status.ok()) status = failed("write", staging);
  if (status.ok() && ::rename(staging.c_str(), target.c_str()) != 0) status = failed("rename to", target);
  if (!status.ok()) {
    ::unlink(staging.c_str());
    return status;
  }
  if (!holds(target, bytes)) return base::internal_error("the copy " + target + " does not hold what was written");
  return target;
}

}  // namespace solder::host
