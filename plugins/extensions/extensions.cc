// extensions: notes that users' own tools keep in options. Gloo hands them on to its Proxy objects, which Solder has
// not; to Envoy they never went. Source: Gloo's extensions.proto. Tested by plugins/extensions/testdata.
#include "solder/sdk.hpp"

namespace solder::plugins::extensions {

class Plugin {
 public:
  void options(const sdk::OptionInput&, sdk::Out&) {}
};

}  // namespace solder::plugins::extensions

SOLDER_PLUGIN(solder::plugins::extensions::Plugin, "extensions", "1.0.0")
