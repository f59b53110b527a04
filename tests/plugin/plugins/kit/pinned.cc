// Fails the kit's check unmaps: a destructor of a thread that lives on holds the library in the process.
#include <string>

#include "solder/sdk.hpp"

class Pinned {
 public:
  void options(const solder::sdk::OptionInput& in, solder::sdk::Out&) {
    thread_local std::string last;
    last = std::string(in.json);
  }
};

SOLDER_PLUGIN(Pinned, "pinned", "1.0.0")
