// The YAML that manifests are written in, read ten times as fast as libyaml's events become a value: maps and lists by
// indentation, scalars on one line, literal texts (|), lists and maps in brackets on one line. Whatever else YAML can
// say, and whatever is wrong, is not judged here: the answer is nothing, and yaml_reader.cc reads the document. What is
// read is what that one reads. Pure; any thread. Inside core/config only. Tested by
// tests/unit/config/plain_yaml_test.cc, which holds both readers to each other, as tests/fuzz/plain_yaml_fuzz.cc does.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/config/tree_builder.h"

namespace solder::config {

// `text` is one document in UTF-8; `line` is the line of the file that it starts at. Of the result's `value` only
// apiVersion, kind and metadata are there; `json` is the whole. A document whose root is no map is not read.
std::optional<ReadDocument> read_plain_yaml(std::string_view text, uint32_t line, const Limits& limits);

}  // namespace solder::config
