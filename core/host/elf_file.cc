#include "core/host/elf_file.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "solder/manifest.h"

namespace solder::host {

namespace {

#if defined(__x86_64__)
constexpr Elf64_Half kMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half kMachine = EM_AARCH64;
#else
#error "Solder loads plugins on x86-64 and arm64 only"
#endif

// Made by linkers for their own use; they say nothing about what the plugin exports.
constexpr std::array<std::string_view, 7> kLinkerSymbols = {"_init", "_fini", "_edata",     "edata",
                                                            "_end",  "end",   "__bss_start"};

// The T at `offset`, copied out because nothing in the file needs to be aligned.
template <typename T>
bool read(std::string_view bytes, uint64_t offset, T& out) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return false;
  std::memcpy(&out, bytes.data() + offset, sizeof(T));
  return true;
}

// The NUL-ended text at `offset` of a string table; empty where it is outside or has no end.
std::string_view text_at(std::string_view table, uint64_t offset) {
  if (offset >= table.size()) return {};
  const size_t end = table.find('\0', offset);
  return end == std::string_view::npos ? std::string_view() : table.substr(offset, end - offset);
}

std::string machine_name(unsigned machine) {
  switch (machine) {
    case EM_386:
      return "32-bit x86";
    case EM_X86_64:
      return "x86-64";
    case EM_ARM:
      return "32-bit ARM";
    case EM_AARCH64:
      return "arm64";
    case EM_PPC64:
      return "ppc64";
    case EM_S390:
      return "s390x";
    case EM_RISCV:
      return "RISC-V";
    default:
      return "ELF machine number " + std::to_string(machine);
  }
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::optional<Refusal> header() {
    const std::string_view magic(ELFMAG, SELFMAG);
    if (bytes_.size() < SELFMAG && magic.substr(0, bytes_.size()) == bytes_) return truncated("its header");
    if (bytes_.substr(0, SELFMAG) != magic)
      return Refusal{reason::kNotElf, "it is not an ELF file, so no shared object"};
    if (bytes_.size() < EI_NIDENT) return truncated("its header");
    if (bytes_[EI_CLASS] != ELFCLASS64 || bytes_[EI_DATA] != ELFDATA2LSB) {
      return Refusal{reason::kWrongArchitecture,
                     "it is not a 64-bit little-endian file; this Solder runs on " + machine_name(kMachine)};
    }
    if (!read(bytes_, 0, header_)) return truncated("its header");
    if (header_.e_machine != kMachine) {
      return Refusal{reason::kWrongArchitecture, "it was built for " + machine_name(header_.e_machine) +
                                                     "; this Solder runs on " + machine_name(kMachine)};
    }
    if (header_.e_type != ET_DYN) {
      return Refusal{reason::kNotElf, "it is an ELF file but no shared object; link it with -shared"};
    }
    return std::nullopt;
  }

  std::optional<Refusal> sections() {
    if (header_.e_shnum == 0) return std::nullopt;
    if (header_.e_shentsize != sizeof(Elf64_Shdr)) {
      return Refusal{reason::kNotElf, "its section headers have an impossible size"};
    }
    for (unsigned i = 0; i < header_.e_shnum; ++i) {
      Elf64_Shdr section;
      const uint64_t within = uint64_t{i} * sizeof(section);
      if (header_.e_shoff > bytes_.size() || !read(bytes_, header_.e_shoff + within, section)) {
        return truncated("its section header table");
      }
      const bool in_file = section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL;
      if (in_file && (section.sh_offset > bytes_.size() || bytes_.size() - section.sh_offset < section.sh_size)) {
        return truncated("its section " + std::to_string(i));
      }
      sections_.push_back(section);
    }
    return std::nullopt;
  }

  // The loader maps these without looking at the file's size: a segment beyond the end would be a SIGBUS.
  std::optional<Refusal> segments(ElfFile& out) const {
    out.executable_stack = true;  // unless a header says otherwise
    for (unsigned i = 0; i < header_.e_phnum; ++i) {
      Elf64_Phdr segment;
      if (header_.e_phoff > bytes_.size() || !read(bytes_, header_.e_phoff + uint64_t{i} * sizeof(segment), segment)) {
        return truncated("its program header table");
      }
      if (segment.p_offset > bytes_.size() || bytes_.size() - segment.p_offset < segment.p_filesz) {
        return truncated("its segment " + std::to_string(i));
      }
      if (segment.p_type == PT_GNU_STACK) out.executable_stack = (segment.p_flags & PF_X) != 0;
    }
    return std::nullopt;
  }

  void contents(ElfFile& out) const {
    const std::string_view names = body(header_.e_shstrndx);
    for (size_t i = 0; i < sections_.size(); ++i) {
      const Elf64_Shdr& section = sections_[i];
      if (section.sh_type == SHT_DYNSYM) symbols(body(i), body(section.sh_link), out);
      if (section.sh_type == SHT_DYNAMIC) dynamic(body(i), body(section.sh_link), out);
      if (section.sh_type == SHT_NOTE && text_at(names, section.sh_name) == SOLDER_NOTE_SECTION) notes(body(i), out);
    }
    std::sort(out.exports.begin(), out.exports.end());
  }

 private:
  static Refusal truncated(const std::string& what) {
    return {reason::kTruncated, what + " reaches beyond the end of the file; it is cut off or still being written"};
  }

  // sections() has checked that it lies within the file.
  std::string_view body(uint64_t index) const {
    if (index >= sections_.size()) return {};
    const Elf64_Shdr& section = sections_[index];
    if (section.sh_type == SHT_NOBITS || section.sh_type == SHT_NULL) return {};
    return bytes_.substr(section.sh_offset, section.sh_size);
  }

  static void symbols(std::string_view table, std::string_view names, ElfFile& out) {
    Elf64_Sym symbol;
    for (uint64_t at = 0; read(table, at, symbol); at += sizeof(symbol)) {
      const unsigned visibility = ELF64_ST_VISIBILITY(symbol.st_other);
      if (symbol.st_shndx == SHN_UNDEF || ELF64_ST_BIND(symbol.st_info) == STB_LOCAL) continue;
      if (visibility == STV_HIDDEN || visibility == STV_INTERNAL) continue;
      const std::string_view name = text_at(names, symbol.st_name);
      if (std::find(kLinkerSymbols.begin(), kLinkerSymbols.end(), name) != kLinkerSymbols.end()) continue;
      // A version definition's own name is an absolute symbol without a type.
      if (symbol.st_shndx == SHN_ABS && ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT && symbol.st_size == 0) continue;
      out.exports.emplace_back(name);
      if (ELF64_ST_BIND(symbol.st_info) == STB_GNU_UNIQUE) out.unique.emplace_back(name);
    }
  }

  static void dynamic(std::string_view table, std::string_view names, ElfFile& out) {
    Elf64_Dyn entry;
    for (uint64_t at = 0; read(table, at, entry) && entry.d_tag != DT_NULL; at += sizeof(entry)) {
      if (entry.d_tag == DT_NEEDED) out.needed.emplace_back(text_at(names, entry.d_un.d_val));
      if (entry.d_tag == DT_FLAGS_1) out.no_delete = (entry.d_un.d_val & DF_1_NODELETE) != 0;
      if (entry.d_tag == DT_RUNPATH || entry.d_tag == DT_RPATH) out.run_path = text_at(names, entry.d_un.d_val);
      if (entry.d_tag == DT_TEXTREL || (entry.d_tag == DT_FLAGS && (entry.d_un.d_val & DF_TEXTREL) != 0)) {
        out.text_relocations = true;
      }
    }
  }

  static void notes(std::string_view table, ElfFile& out) {
    const auto padded = [](uint64_t size) { return (size + 3) / 4 * 4; };
    Elf64_Nhdr note;
    for (uint64_t at = 0; read(table, at, note);) {
      const uint64_t name_at = at + sizeof(note);
      const uint64_t text_at = name_at + padded(note.n_namesz);
      if (text_at > table.size() || table.size() - text_at < note.n_descsz) return;
      const std::string_view name = table.substr(name_at, note.n_namesz);
      if (name == std::string_view(SOLDER_NOTE_NAME, sizeof(SOLDER_NOTE_NAME)) &&
          note.n_type == SOLDER_NOTE_TYPE_MANIFEST && !out.manifest) {
        out.manifest = std::string(table.substr(text_at, note.n_descsz));
      }
      at = text_at + padded(note.n_descsz);
    }
  }

  std::string_view bytes_;
  Elf64_Ehdr header_{};
  std::vector<Elf64_Shdr> sections_;
};

}  // namespace

std::variant<ElfFile, Refusal> read_elf(std::string_view bytes) {
  Reader reader(bytes);
  if (auto refusal = reader.header()) return *refusal;
  if (auto refusal = reader.sections()) return *refusal;
  ElfFile file;
  if (auto refusal = reader.segments(file)) return *refusal;
  reader.contents(file);
  return file;
}

}  // namespace solder::host
