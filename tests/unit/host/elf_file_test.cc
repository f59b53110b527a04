// The ELF reader on an ELF file that is made by hand, so that every table can be bent.
#include "core/host/elf_file.h"

#include <elf.h>
#include <gmock/gmock.h>

#include <cstring>

namespace solder::host {
namespace {

using ::testing::ElementsAre;

template <typename T>
void put(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

// Sections in order; the section header table stands last, as linkers put it.
struct Maker {
  Elf64_Ehdr header{};
  std::vector<Elf64_Shdr> sections{1};
  std::string body = std::string(sizeof(Elf64_Ehdr), '\0');

  Maker() {
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_DYN;
#if defined(__x86_64__)
    header.e_machine = EM_X86_64;
#else
    header.e_machine = EM_AARCH64;
#endif
    header.e_shentsize = sizeof(Elf64_Shdr);
    // Names: ".note.solder" at 1, the section header names' own table is section 1.
    add(SHT_STRTAB, std::string("\0.note.solder\0", 14), 0, 0);
    header.e_shstrndx = 1;
  }
  size_t add(Elf64_Word type, const std::string& bytes, Elf64_Word name, Elf64_Word link) {
    Elf64_Shdr section{};
    section.sh_type = type;
    section.sh_name = name;
    section.sh_link = link;
    section.sh_offset = body.size();
    section.sh_size = bytes.size();
    sections.push_back(section);
    body += bytes;
    return sections.size() - 1;
  }
  std::string file() {
    header.e_shoff = body.size();
    header.e_shnum = static_cast<Elf64_Half>(sections.size());
    std::string out = body;
    for (const Elf64_Shdr& section : sections) put(out, section);
    std::memcpy(out.data(), &header, sizeof(header));
    return out;
  }
};

std::string note(const std::string& name, Elf64_Word type, const std::string& text) {
  std::string out;
  put(out, Elf64_Nhdr{static_cast<Elf64_Word>(name.size()), static_cast<Elf64_Word>(text.size()), type});
  const auto padded = [](std::string part) { return part.append((4 - part.size() % 4) % 4, '\0'); };
  return out + padded(name) + padded(text);
}

const std::string kName("Solder\0", 7);

ElfFile read(Maker& maker) {
  auto result = read_elf(maker.file());
  if (const auto* refusal = std::get_if<Refusal>(&result)) {
    ADD_FAILURE() << refusal->reason << ": " << refusal->message;
    return {};
  }
  return std::get<ElfFile>(result);
}

std::string_view reason_of(const std::string& bytes) {
  auto result = read_elf(bytes);
  const auto* refusal = std::get_if<Refusal>(&result);
  return refusal == nullptr ? "none" : refusal->reason;
}

TEST(ElfFile, Manifest) {
  Maker maker;
  maker.add(
      SHT_NOTE,
      note("GNU", 1, "other") + note(kName, 2, "other type") + note(kName, 1, "{\"a\":1}") + note(kName, 1, "later"), 1,
      0);
  EXPECT_EQ(read(maker).manifest, "{\"a\":1}");
}

TEST(ElfFile, ManifestOnlyInItsSection) {
  Maker maker;
  maker.add(SHT_NOTE, note(kName, 1, "{}"), 0, 0);
  maker.add(SHT_PROGBITS, note(kName, 1, "{}"), 1, 0);
  EXPECT_EQ(read(maker).manifest, std::nullopt);
}

TEST(ElfFile, NotesThatLie) {
  for (const Elf64_Nhdr lie :
       {Elf64_Nhdr{7, 0xffffffff, 1}, Elf64_Nhdr{0xffffffff, 1, 1}, Elf64_Nhdr{0xfffffffd, 0xfffffffd, 1}}) {
    Maker maker;
    std::string bytes;
    put(bytes, lie);
    maker.add(SHT_NOTE, bytes + kName + "xxxxxxxx", 1, 0);
    EXPECT_EQ(read(maker).manifest, std::nullopt);
  }
}

TEST(ElfFile, Exports) {
  Maker maker;
  const std::string names("\0entry\0weak\0unique\0hidden\0local\0needed\0_end\0", 44);
  const size_t strings = maker.add(SHT_STRTAB, names, 0, 0);
  const auto symbol = [&](const char* name, unsigned bind, unsigned visibility, Elf64_Section section) {
    Elf64_Sym out{};
    out.st_name = static_cast<Elf64_Word>(names.find(name));
    out.st_info = static_cast<unsigned char>(ELF64_ST_INFO(bind, STT_FUNC));
    out.st_other = static_cast<unsigned char>(visibility);
    out.st_shndx = section;
    std::string bytes;
    put(bytes, out);
    return bytes;
  };
  maker.add(SHT_DYNSYM,
            symbol("entry", STB_GLOBAL, STV_DEFAULT, 7) + symbol("weak", STB_WEAK, STV_PROTECTED, 7) +
                symbol("unique", STB_GNU_UNIQUE, STV_DEFAULT, 7) + symbol("hidden", STB_GLOBAL, STV_HIDDEN, 7) +
                symbol("local", STB_LOCAL, STV_DEFAULT, 7) + symbol("needed", STB_GLOBAL, STV_DEFAULT, SHN_UNDEF) +
                symbol("_end", STB_GLOBAL, STV_DEFAULT, 7) + "cut off",
            0, static_cast<Elf64_Word>(strings));
  EXPECT_THAT(read(maker).exports, ElementsAre("entry", "unique", "weak"));
  EXPECT_THAT(read(maker).unique, ElementsAre("unique"));
}

TEST(ElfFile, NeededLibrariesAndFlags) {
  Maker maker;
  const size_t strings = maker.add(SHT_STRTAB, std::string("\0libc.so.6\0/opt\0libm", 20), 0, 0);
  std::string entries;
  for (const auto& [tag, value] : {std::pair<Elf64_Sxword, Elf64_Xword>{DT_NEEDED, 1},
                                   {DT_NEEDED, 16},
                                   {DT_RUNPATH, 11},
                                   {DT_NEEDED, 999999},
                                   {DT_FLAGS_1, DF_1_NOW | DF_1_NODELETE},
                                   {DT_FLAGS, DF_TEXTREL},
                                   {DT_NULL, 0},
                                   {DT_NEEDED, 1}}) {
    Elf64_Dyn entry{};
    entry.d_tag = tag;
    entry.d_un.d_val = value;
    put(entries, entry);
  }
  maker.add(SHT_DYNAMIC, entries, 0, static_cast<Elf64_Word>(strings));
  const ElfFile file = read(maker);
  EXPECT_THAT(file.needed, ElementsAre("libc.so.6", "", "")) << "names without end and outside of the table are empty";
  EXPECT_TRUE(file.no_delete);
  EXPECT_TRUE(file.text_relocations);
  EXPECT_EQ(file.run_path, "/opt");
}

TEST(ElfFile, AStackCanBeExecutedUnlessAHeaderSaysOtherwise) {
  Maker plain;
  EXPECT_TRUE(read(plain).executable_stack);
  for (const Elf64_Word flags : {PF_R | PF_W, PF_R | PF_W | PF_X}) {
    Maker maker;
    Elf64_Phdr stack{};
    stack.p_type = PT_GNU_STACK;
    stack.p_flags = flags;
    maker.header.e_phoff = maker.body.size();
    maker.header.e_phnum = 1;
    put(maker.body, stack);
    EXPECT_EQ(read(maker).executable_stack, (flags & PF_X) != 0);
  }
}

TEST(ElfFile, LinksOutsideOfTheTable) {
  Maker maker;
  maker.header.e_shstrndx = 0xffff;
  maker.add(SHT_NOTE, note(kName, 1, "{}"), 1, 0);
  maker.add(SHT_DYNSYM, std::string(240, '\1'), 0, 0xffffffff);
  maker.add(SHT_DYNAMIC, std::string(240, '\1'), 0, 0xffffffff);
  EXPECT_EQ(read(maker).manifest, std::nullopt);
}

TEST(ElfFile, SectionsMustLieWithin) {
  for (const auto& [offset, size] :
       {std::pair<Elf64_Off, Elf64_Xword>{~0ull, 1}, {0, ~0ull}, {~0ull - 5, ~0ull - 5}, {1ull << 63, 1ull << 63}}) {
    Maker maker;
    const size_t index = maker.add(SHT_PROGBITS, "x", 0, 0);
    maker.sections[index].sh_offset = offset;
    maker.sections[index].sh_size = size;
    EXPECT_EQ(reason_of(maker.file()), reason::kTruncated);
    maker.sections[index].sh_type = SHT_NOBITS;  // takes no room in the file
    EXPECT_EQ(reason_of(maker.file()), "none");
  }
}

TEST(ElfFile, SegmentsMustLieWithin) {
  Maker maker;
  Elf64_Phdr segment{};
  segment.p_filesz = 1ull << 40;
  maker.header.e_phoff = maker.body.size();
  maker.header.e_phnum = 1;
  put(maker.body, segment);
  EXPECT_EQ(reason_of(maker.file()), reason::kTruncated);
}

TEST(ElfFile, OddHeaders) {
  Maker maker;
  maker.header.e_shentsize = 1;
  EXPECT_EQ(reason_of(maker.file()), reason::kNotElf);
  EXPECT_EQ(reason_of("\x7f"), reason::kTruncated);
  EXPECT_EQ(reason_of("\x7f"
                      "ELE"),
            reason::kNotElf);
  EXPECT_EQ(reason_of(""), reason::kTruncated);
}

}  // namespace
}  // namespace solder::host
