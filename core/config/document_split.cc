// Text → documents: where one ends and the next begins, and whether the bytes are text at all. Each document is parsed
// on its own, so that one that cannot be read never takes its neighbours with it.
#include <algorithm>

#include "core/base/utf8.h"
#include "core/config/plain_yaml.h"
#include "core/config/tree_builder.h"

namespace solder::config {

namespace {

struct Chunk {
  std::string_view text;
  size_t offset = 0;
  uint32_t line = 1;
};

bool is_marker(std::string_view row) {
  return row.starts_with("---") && (row.size() == 3 || row[3] == ' ' || row[3] == '\t' || row[3] == '\r');
}

// A line that says nothing of its own: blank, a comment, or a directive (%YAML 1.1), which belongs to what follows.
bool is_preamble(std::string_view row) {
  const size_t at = row.find_first_not_of(" \r");
  return at == std::string_view::npos || row[at] == '#' || row[0] == '%';
}

// A line of three dashes begins a document wherever it stands at the left edge.
std::vector<Chunk> split_yaml(std::string_view text) {
  std::vector<Chunk> chunks{{text, 0, 1}};
  uint32_t line = 1;
  bool only_preamble = true;
  for (size_t at = 0; at < text.size(); ++line) {
    size_t end = text.find('\n', at);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view row = text.substr(at, end - at);
    const bool marker = is_marker(row);
    if (marker && !only_preamble) {
      Chunk& before = chunks.back();
      before.text = text.substr(before.offset, at - before.offset);
      chunks.push_back({text.substr(at), at, line});
    }
    only_preamble = !marker && (only_preamble && is_preamble(row));
    at = end + 1;
  }
  return chunks;
}

ReadDocument not_text(std::string message, Position at) {
  ReadDocument document;
  document.start = at;
  document.problems.push_back({"NotUtf8", std::move(message), at, ""});
  return document;
}

// The place of an offset in the chunk.
Position place(const Chunk& chunk, size_t offset) {
  const auto before = chunk.text.substr(0, offset);
  const size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {chunk.line + static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n')),
          static_cast<uint32_t>(offset - line_start) + 1};
}

ReadDocument read_chunk(const Chunk& chunk, bool is_json, const Limits& limits, Want want) {
  if (const size_t at = base::find_invalid_utf8(chunk.text); at != std::string_view::npos) {
    return not_text("the text is not UTF-8; the first wrong byte is at offset " + std::to_string(chunk.offset + at),
                    place(chunk, at));
  }
  if (const size_t at = chunk.text.find('\0'); at != std::string_view::npos) {
    return not_text("there is a NUL byte at offset " + std::to_string(chunk.offset + at) + ", so this is no text",
                    place(chunk, at));
  }
  const bool want_positions = want == Want::kPositions;
  if (is_json) return read_json(chunk.text, limits, want_positions);
  if (want == Want::kObject) {
    if (auto plain = read_plain_yaml(chunk.text, chunk.line, limits)) return std::move(*plain);
  }
  return read_yaml(chunk.text, chunk.line, limits, want_positions);
}

}  // namespace

void read_text(std::string_view text, const std::string& file, const Limits& limits, Want want,
               const std::function<void(ReadDocument, uint32_t)>& take) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  if (file.ends_with(".json")) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
    take(read_chunk({text, 0, 1}, true, limits, want), 0);
    return;
  }
  uint32_t index = 0;
  for (const Chunk& chunk : split_yaml(text)) take(read_chunk(chunk, false, limits, want), index++);
}

}  // namespace solder::config
