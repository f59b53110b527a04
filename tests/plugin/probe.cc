// Loads the plugins of a directory and prints them as `solder plugin list -o json` does; what the tests of outside
// plugins ask. Usage: solder-plugin-probe DIRECTORY COPY_DIRECTORY
#include <iostream>

#include "core/host/listing.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  solder::host::LoadOptions options;
  options.directories = {argv[1]};
  options.copy_directory = argv[2];
  std::cout << solder::host::to_json(*solder::host::PluginSet::load(options)) << "\n";
  return 0;
}
