// A plugin directory with the real bridge to Python, and texts of the plugin "swap" to put into it. Used by the tests
// of plugins in Python.
#pragma once

#include "core/host/private_copy.h"
#include "tests/plugin/reloading.h"

namespace solder::host {

class PythonFiles : public Reloading {
 public:
  PythonFiles() {
    std::filesystem::copy_file(SOLDER_PYTHON_BRIDGE, directory.plugins() / "python.so");
    // One library for all tests of this process: Python runs once.
    const std::string copies = directory.options().copy_directory;
    EXPECT_TRUE(prepare_copy_directory(copies).ok());
    std::filesystem::create_symlink(
        SOLDER_PYTHON_BRIDGE, copy_path(copies, "python", content_hash(PluginDirectory::read(SOLDER_PYTHON_BRIDGE))));
    // A busy machine runs Python slowly.
    options.plugins.load.call_deadline = std::chrono::seconds(2);
    options.plugins.probation = std::chrono::milliseconds(0);
  }
  void drop_python(const std::string& text, const std::string& as = "swap.py") {
    directory.write(".new", text);
    std::filesystem::rename(directory.plugins() / ".new", directory.plugins() / as);
  }
  std::string path(const std::string& file = "swap.py") const { return (directory.plugins() / file).string(); }
};

// The plugin swap of that version, whose function for a route is `body`.
inline std::string swap(const std::string& version, const std::string& body) {
  return "import solder\nsolder.plugin(version=\"" + version +
         "\")\n@solder.option(\"route\", \"swap\", schema=True)\ndef swap(item, out):\n    " + body + "\n";
}
inline std::string gives(const std::string& version, const std::string& word) {
  return swap(version, "out.fragment(\"route\", {\"stat_prefix\": \"" + word + "\"})");
}

}  // namespace solder::host
