// A plugin that is a program, in whatever language: NAME.plugin, an executable with its manifest behind it, so that one
// file is the whole plugin and its manifest is read without running it. From its end: the mark, the manifest's length,
// the manifest; what stands before that is the program. It is only ever run in a process of its own
// (core/host/isolation/run_program.h), where it speaks the messages of core/host/isolation/messages.h.
// Tested by tests/unit/host/program_file_test.cc.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "core/host/gate.h"
#include "core/host/refusal.h"

namespace solder::host {

inline constexpr std::string_view kProgramEnding = "plugin";

// The file that `program` and its manifest make. A manifest that `program` has already is replaced.
std::string with_manifest(std::string_view program, std::string_view manifest_json);

// The manifest of such a file; NoManifest, or what is wrong with the program.
std::variant<std::string_view, Refusal> read_program(std::string_view bytes);

// What gate() is for libraries.
std::variant<Gated, Refusal> gate_program(std::string_view bytes, std::string& name);

// What an executable is loaded by, "/lib64/ld-linux-x86-64.so.2"; empty: it is on its own, as Go's are.
std::string interpreter_of(std::string_view bytes);

}  // namespace solder::host
