// The words of a YAML document as plain_yaml.cc takes them: keys and scalars. Each `take` gives nothing, wherever it
// then stands, where what it finds is not of the simple sort. Inside core/config only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/config/plain_lines.h"
#include "core/config/plain_node.h"

namespace solder::config {

// A key of letters, digits and _ . / -, or one in quotes without escapes, and its colon.
bool at_key(const PlainLines& lines);
std::optional<std::string_view> take_key(PlainLines& lines);
// To the end of the line or to a remark.
std::optional<std::string_view> take_words(PlainLines& lines);
// In brackets: letters, digits and _ . / -.
std::optional<std::string_view> take_bracketed_word(PlainLines& lines);
// In quotes, ending on the same line. Where it is not meant as it stands, `tree` keeps it.
std::optional<std::string_view> take_quoted(PlainLines& lines, PlainTree& tree);
// The lines below a | or |-, as far as they are indented more than `column`; goes to the line behind them.
std::optional<std::string> take_literal(PlainLines& lines, int column);

// `node` with what a scalar without quotes stands for.
PlainNode plain_scalar(std::string_view text, PlainTree& tree, PlainNode node);

}  // namespace solder::config
