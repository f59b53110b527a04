// brotli: Envoy's compressor with brotli. Gloo has gzip alone; the names are those of its gzip where both have a
// setting, else Envoy's. Source: Envoy Compressor, Brotli. Tested by plugins/brotli/testdata and
// tests/e2e/http_options_test.py.
#include "solder/sdk.hpp"
#include "solder/sdk/compressor.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::brotli {

using sdk::Json;

namespace {

constexpr const char* kLibraryType = "type.googleapis.com/envoy.extensions.compression.brotli.compressor.v3.Brotli";

Json library(const Json& value) {
  Json brotli{{"@type", kLibraryType}};
  for (const char* same :
       {"quality", "encoderMode", "windowBits", "inputBlockBits", "chunkSize", "disableLiteralContextModeling"}) {
    if (const Json* given = sdk::find(value, same)) brotli[same] = *given;
  }
  return {{"name", "envoy.compression.brotli.compressor"}, {"typedConfig", std::move(brotli)}};
}

}  // namespace

class Plugin {
 public:
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const Json value = sdk::parse_json(in.json);
    // A name of its own, so that it stands beside gzip: the client's accept-encoding chooses.
    sdk::compressor_filter("envoy.filters.http.compressor.brotli", value, library(value), out);
  }
};

}  // namespace solder::plugins::brotli

SOLDER_PLUGIN(solder::plugins::brotli::Plugin, "brotli", "1.0.0")
