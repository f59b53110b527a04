// What an ELF file says about itself, read without running or mapping it. The bytes are a stranger's: every offset,
// size and index is checked against the file before it is used, and a file whose tables reach beyond its end is
// Truncated, which is also how a half-written one is told from a whole one (linkers put the section header table last).
// Own code because Boost.DLL's library_info trusts offsets and sees only .symtab, which strip removes.
// Source: System V ABI, "Object Files"; LSB for GNU symbol binding. Tested by tests/unit/host/elf_file_test.cc and
// tests/fuzz/manifest_fuzz.cc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/host/refusal.h"

namespace solder::host {

struct ElfFile {
  std::vector<std::string> exports;     // defined symbols that others can see, linker-made section symbols left out
  std::vector<std::string> needed;      // DT_NEEDED
  std::vector<std::string> unique;      // those of the exports that are one for the whole process (STB_GNU_UNIQUE)
  std::string run_path;                 // DT_RUNPATH, or DT_RPATH: where its libraries are looked for
  bool no_delete = false;               // DF_1_NODELETE: dlclose() will not unmap it
  bool text_relocations = false;        // code that the loader has to write to
  bool executable_stack = false;        // asks for it, or does not say that it does without
  std::optional<std::string> manifest;  // description of the note "Solder" of type 1 in .note.solder
};

// NotElf, Truncated or WrongArchitecture where it is no whole shared object for this machine.
std::variant<ElfFile, Refusal> read_elf(std::string_view bytes);

}  // namespace solder::host
