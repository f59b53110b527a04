#include "core/xds/refusal_words.h"

#include <algorithm>
#include <map>
#include <string>

#include "core/base/telling_words.h"

namespace solder::xds {
namespace {

constexpr size_t kMostBytes = 16u << 20;  // of units to look through, times words

bool heads(std::string_view words, const std::string& name) {
  if (name.empty()) return false;
  for (size_t at = words.find(name); at != std::string_view::npos; at = words.find(name, at + 1)) {
    const bool begins = at == 0 || base::parts_words(words[at - 1]);
    if (begins && words.substr(at + name.size()).substr(0, 2) == ": ") return true;
  }
  return false;
}

bool is_named(const RefusalUnit& unit, std::string_view word) {
  return unit.label == word || std::any_of(unit.pieces.begin(), unit.pieces.end(),
                                           [&](const UnitPiece& piece) { return piece.resource == word; });
}

}  // namespace

std::vector<size_t> headed_by(std::string_view words, const RefusalUnits& units) {
  std::vector<size_t> found;
  for (size_t i = 0; i < units.size(); ++i) {
    const bool headed = std::any_of(units[i].pieces.begin(), units[i].pieces.end(), [&](const UnitPiece& piece) {
      return piece.kind == UnitPiece::Kind::kWhole && heads(words, piece.resource);
    });
    if (headed) found.push_back(i);
  }
  return found;
}

std::vector<size_t> pointed_at(std::string_view words, const RefusalUnits& units, PieceReader& reader) {
  const auto all = base::telling_words(words);
  std::map<std::string_view, std::vector<size_t>> found;
  size_t looked_through = 0;
  for (size_t i = 0; i < units.size() && looked_through < kMostBytes; ++i) {
    const std::string bytes = reader.bytes(units[i].pieces.front());
    looked_through += bytes.size();
    for (const auto word : all) {
      if (is_named(units[i], word) || bytes.find(word) != std::string::npos) found[word].push_back(i);
    }
  }
  if (looked_through >= kMostBytes) return {};
  std::vector<size_t> best;
  for (const auto& [word, which] : found) {
    const bool tells = which.size() < units.size();
    if (tells && (best.empty() || which.size() < best.size())) best = which;
  }
  return best;
}

}  // namespace solder::xds
