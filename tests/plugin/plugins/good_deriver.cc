// Lists and derives: for each Colour an Upstream that says how many Shades it found; and asks for what it may not have.
#include <string>

#include "solder/sdk.hpp"

namespace {

class Deriver {
 public:
  void derive(const solder::sdk::SourceInput& in, solder::sdk::Out& out) {
    std::string names;
    for (const auto& found : out.list("Shade", in.ref.ns, "/colour", in.ref.name)) {
      names += std::string(found.ref.name) + std::string(found.json) + " ";
    }
    out.object(names + std::to_string(out.list("Shade", in.ref.ns, "/undeclared", "x").size()));
    out.fragment("cluster", solder::sdk::Message());
  }
  void options(const solder::sdk::OptionInput&, solder::sdk::Out& out) { out.object("{}"); }
};

}  // namespace

SOLDER_PLUGIN(Deriver, "deriver", "1.0.0")
