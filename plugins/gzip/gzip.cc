// gzip: Envoy's compressor with zlib. Gloo's fields are those of Envoy's older gzip filter; each has its place in the
// newer one. Source: Gloo's gzip options; Envoy Compressor, Gzip. Tested by plugins/gzip/testdata and
// tests/e2e/listener_test.py.
#include "solder/sdk.hpp"
#include "solder/sdk/compressor.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::gzip {

using sdk::Json;

namespace {

constexpr const char* kGzipType = "type.googleapis.com/envoy.extensions.compression.gzip.compressor.v3.Gzip";

Json library(const Json& value) {
  Json gzip{{"@type", kGzipType}};
  for (const char* number : {"memoryLevel", "windowBits"}) {
    if (const Json* given = sdk::find(value, number)) gzip[number] = *given;
  }
  const std::string level = sdk::get_string(value, "compressionLevel");
  if (level == "BEST") gzip["compressionLevel"] = "BEST_COMPRESSION";
  if (level == "SPEED") gzip["compressionLevel"] = "BEST_SPEED";
  const std::string strategy = sdk::get_string(value, "compressionStrategy");
  if (strategy == "FILTERED" || strategy == "RLE") gzip["compressionStrategy"] = strategy;
  if (strategy == "HUFFMAN") gzip["compressionStrategy"] = "HUFFMAN_ONLY";
  return {{"name", "envoy.compression.gzip.compressor"}, {"typedConfig", std::move(gzip)}};
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    sdk::compressor_filter("envoy.filters.http.compressor", value, library(value), out);
  }
};

}  // namespace solder::plugins::gzip

SOLDER_PLUGIN(solder::plugins::gzip::Plugin, "gzip", "1.0.0")
