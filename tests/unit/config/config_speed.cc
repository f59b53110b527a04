// Prints how long 10,000 small VirtualServices take from text to model: config_speed [documents].
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "core/config/decode.h"
#include "core/config/documents.h"

namespace {

std::string document(int number) {
  const std::string name = "service-" + std::to_string(number);
  return "---\napiVersion: gateway.solo.io/v1\nkind: VirtualService\nmetadata:\n  name: " + name +
         "\n  namespace: gloo-system\nspec:\n  virtualHost:\n    domains: [" + name +
         ".example.com]\n    routes:\n    - matchers:\n      - prefix: /api\n      routeAction:\n        single:\n"
         "          upstream:\n            name: " +
         name + "\n            namespace: gloo-system\n";
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int argc, char** argv) {
  const int count = argc > 1 ? std::atoi(argv[1]) : 10'000;
  std::string text;
  for (int i = 0; i < count; ++i) text += document(i);
  const auto catalog = solder::config::SchemaCatalog::make({});
  if (!catalog.ok()) return 1;
  const auto start = std::chrono::steady_clock::now();
  const auto documents = solder::config::parse_documents(text, "many.yaml");
  const double parsed = seconds_since(start);
  size_t good = 0;
  for (const auto& object : documents.objects) {
    good += solder::config::decode_virtual_service(*object, **catalog).value.has_value() ? 1 : 0;
  }
  std::printf("%zu of %d documents (%.1f MB): read in %.2f s, decoded in %.2f s\n", good, count,
              static_cast<double>(text.size()) / 1e6, parsed, seconds_since(start) - parsed);
  return good == static_cast<size_t>(count) ? 0 : 1;
}
