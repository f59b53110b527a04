// Any bytes as a document: what the quick reader of YAML takes, the other reads in the same way. Run by `make fuzz`;
// seeds lie in corpus/plain_yaml.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/base/utf8.h"
#include "core/config/plain_yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace solder::config;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (base::find_invalid_utf8(text) != std::string_view::npos) return 0;
  const auto plain = read_plain_yaml(text, 1, {});
  if (!plain) return 0;
  const ReadDocument whole = read_yaml(text, 1, {}, false);
  const bool same_start = plain->start.line == whole.start.line && plain->start.column == whole.start.column;
  if (!whole.problems.empty() || whole.value.dump() != plain->json || !same_start) std::abort();
  return 0;
}
