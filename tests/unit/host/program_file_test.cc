// Programs with their manifests behind them, as they are told apart from everything else without being run.
#include "core/host/program_file.h"

#include <elf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <random>

namespace solder::host {
namespace {

const char* const kManifest =
    R"({"manifest_version": 1, "name": "late", "version": "1.2.3", "abi": {"major": 1, "minor": 0},
  "provides": [{"id": "solder.options/1", "claims": [{"scope": "route", "key": "late", "schema": {"type": "string"}}]}]})";

// A program that is certainly there: this one.
const std::string& program() {
  static const std::string bytes = [] {
    std::ifstream in("/proc/self/exe", std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(in)), {});
  }();
  return bytes;
}

std::string_view refused_for(std::string_view bytes) {
  std::string name;
  const auto gated = gate_program(bytes, name);
  const auto* refusal = std::get_if<Refusal>(&gated);
  return refusal == nullptr ? "" : refusal->reason;
}

TEST(ProgramFile, HasItsManifestBehindIt) {
  const std::string bytes = with_manifest(program(), kManifest);
  EXPECT_EQ(bytes.substr(0, program().size()), program()) << "it can still be run";
  std::string name;
  const auto gated = gate_program(bytes, name);
  ASSERT_TRUE(std::holds_alternative<Gated>(gated)) << std::get<Refusal>(gated).message;
  EXPECT_EQ(name, "late");
  const Manifest& manifest = std::get<Gated>(gated).manifest;
  EXPECT_TRUE(manifest.program);
  EXPECT_FALSE(manifest.in_process);
  EXPECT_EQ(with_manifest(bytes, kManifest), bytes) << "packed again it has one manifest, not two";
}

TEST(ProgramFile, OthersAreRefused) {
  EXPECT_EQ(refused_for("#!/bin/sh\n"), reason::kNotElf);
  EXPECT_EQ(refused_for(with_manifest("#!/bin/sh\n", kManifest)), reason::kNotElf);
  EXPECT_EQ(refused_for(""), reason::kTruncated);
  EXPECT_EQ(refused_for(program()), reason::kTruncated) << "without a manifest";
  std::string other = with_manifest(program(), kManifest);
  other[offsetof(Elf64_Ehdr, e_machine)] = EM_S390;
  EXPECT_EQ(refused_for(other), reason::kWrongArchitecture);
  std::string object = with_manifest(program(), kManifest);
  object[offsetof(Elf64_Ehdr, e_type)] = ET_REL;
  EXPECT_EQ(refused_for(object), reason::kNotElf);
  EXPECT_EQ(refused_for(with_manifest(program(), "{")), reason::kBadManifest);
  const std::string runner =
      R"({"manifest_version": 1, "name": "late", "version": "1.2.3", "abi": {"major": 1, "minor": 0},
    "provides": [{"id": "solder.plugin-files/1", "files": ["rb"]}]})";
  EXPECT_EQ(refused_for(with_manifest(program(), runner)), reason::kBadManifest) << "a program runs no files of others";
}

// One that is still being copied is cut off wherever it is.
TEST(ProgramFile, AnyBeginningIsCutOff) {
  const std::string bytes = with_manifest(program(), kManifest);
  std::mt19937 random(1);
  for (int i = 0; i < 200; ++i) {
    const size_t size = random() % bytes.size();
    EXPECT_EQ(refused_for(std::string_view(bytes).substr(0, size)), reason::kTruncated) << size;
  }
}

TEST(ProgramFile, TheLengthOfAManifestIsNotBelieved) {
  std::string bytes = with_manifest(program(), kManifest);
  const uint64_t lies[] = {~uint64_t{0}, bytes.size(), uint64_t{5} << 20};
  for (const uint64_t lie : lies) {
    std::memcpy(bytes.data() + bytes.size() - 16, &lie, sizeof(lie));
    EXPECT_EQ(refused_for(bytes), reason::kTruncated) << lie;
  }
}

TEST(ProgramFile, WhatLoadsIt) {
  EXPECT_NE(interpreter_of(program()).find("ld-linux"), std::string::npos) << interpreter_of(program());
  EXPECT_EQ(interpreter_of("#!/bin/sh"), "");
  std::string odd = program();
  std::memset(odd.data() + offsetof(Elf64_Ehdr, e_phoff), 0xff, sizeof(Elf64_Off));
  EXPECT_EQ(interpreter_of(odd), "");
}

}  // namespace
}  // namespace solder::host
