#include "core/host/program_file.h"

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <optional>

namespace solder::host {

namespace {

constexpr std::string_view kMark = "\nSOLDER\1";
constexpr size_t kLength = sizeof(uint64_t);
constexpr size_t kMostManifest = size_t{4} << 20;

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#endif

// What stands behind a program; nothing where that is no manifest.
std::optional<std::string_view> manifest_behind(std::string_view bytes) {
  if (bytes.size() < kMark.size() + kLength || bytes.substr(bytes.size() - kMark.size()) != kMark) return std::nullopt;
  bytes.remove_suffix(kMark.size());
  uint64_t length = 0;
  std::memcpy(&length, bytes.data() + bytes.size() - kLength, kLength);
  bytes.remove_suffix(kLength);
  if (length > bytes.size() || length > kMostManifest) return std::nullopt;
  return bytes.substr(bytes.size() - length);
}

std::optional<Elf64_Ehdr> header_of(std::string_view bytes) {
  Elf64_Ehdr out;
  if (bytes.size() < sizeof(out)) return std::nullopt;
  std::memcpy(&out, bytes.data(), sizeof(out));
  return out;
}

std::optional<Refusal> check_program(std::string_view bytes) {
  const std::string_view magic(ELFMAG, SELFMAG);
  const auto header = header_of(bytes);
  if (bytes.substr(0, SELFMAG) != magic.substr(0, bytes.size()))
    return Refusal{reason::kNotElf, "it is not an ELF file, so no program; scripts need a program that runs them"};
  if (!header) return Refusal{reason::kTruncated, "its header is cut off"};
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
      header->e_machine != kMachine) {
    return Refusal{reason::kWrongArchitecture, "it was built for another machine than this Solder runs on"};
  }
  if ((header->e_type != ET_EXEC && header->e_type != ET_DYN) || header->e_entry == 0)
    return Refusal{reason::kNotElf, "it is an ELF file but no program that can be run"};
  return std::nullopt;
}

}  // namespace

std::string with_manifest(std::string_view program, std::string_view manifest_json) {
  if (const auto before = manifest_behind(program)) program.remove_suffix(before->size() + kLength + kMark.size());
  std::string out(program);
  const uint64_t length = manifest_json.size();
  out += manifest_json;
  out.append(reinterpret_cast<const char*>(&length), kLength);
  return out += kMark;
}

std::variant<std::string_view, Refusal> read_program(std::string_view bytes) {
  if (auto refusal = check_program(bytes)) return *refusal;
  if (const auto manifest = manifest_behind(bytes)) return *manifest;
  // It is the last that is written, so a file that is still being copied has none either.
  return Refusal{reason::kTruncated,
                 "it ends without a manifest: it is cut off, or was not made by `solder plugin pack`"};
}

std::variant<Gated, Refusal> gate_program(std::string_view bytes, std::string& name) {
  const auto json = read_program(bytes);
  if (const auto* refusal = std::get_if<Refusal>(&json)) return *refusal;
  auto accepted = accept_manifest(std::get<std::string_view>(json), name);
  if (auto* refusal = std::get_if<Refusal>(&accepted)) return *refusal;
  auto& manifest = std::get<Manifest>(accepted);
  if (!manifest.files.empty())
    return Refusal{reason::kBadManifest, "/files: a program cannot run files of other plugins; a library can"};
  manifest.program = true;
  manifest.in_process = false;
  return Gated{std::move(manifest), true};
}

std::string interpreter_of(std::string_view bytes) {
  const auto header = header_of(bytes);
  if (!header || header->e_phentsize != sizeof(Elf64_Phdr)) return "";
  for (unsigned i = 0; i < header->e_phnum; ++i) {
    Elf64_Phdr segment;
    const uint64_t at = header->e_phoff + uint64_t{i} * sizeof(segment);
    if (at > bytes.size() || bytes.size() - at < sizeof(segment)) return "";
    std::memcpy(&segment, bytes.data() + at, sizeof(segment));
    if (segment.p_type != PT_INTERP || segment.p_filesz == 0) continue;
    if (segment.p_offset > bytes.size() || bytes.size() - segment.p_offset < segment.p_filesz) return "";
    const std::string_view path = bytes.substr(segment.p_offset, segment.p_filesz);
    return std::string(path.substr(0, path.find('\0')));
  }
  return "";
}

}  // namespace solder::host
