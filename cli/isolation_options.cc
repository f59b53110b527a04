#include "cli/isolation_options.h"

#include <charconv>

namespace solder::cli {

namespace {

using host::isolation::Mode;

constexpr const char* kExpected =
    "a map with default, plugins, afterCrash, memoryMB, cpuSeconds, openFiles and readablePaths";

// The whole says what was found; inside it, this does.
std::string wrong(const std::string& key, const std::string& expected, const YamlNode& found) {
  return expected + " at " + key + ", where there is " + found.describe();
}

bool read_mode(const YamlNode& node, Mode& mode) {
  if (node.kind != YamlNode::Kind::kScalar) return false;
  if (node.text == "manifest") mode = Mode::kAsManifestSays;
  if (node.text == "process") mode = Mode::kProcess;
  if (node.text == "in_process") mode = Mode::kInProcess;
  return node.text == "manifest" || node.text == "process" || node.text == "in_process";
}

bool read_number(const YamlNode& node, uint32_t least, uint32_t& out) {
  uint32_t number = 0;
  const std::string& text = node.text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (node.kind != YamlNode::Kind::kScalar || error != std::errc() || end != text.data() + text.size()) return false;
  if (number < least) return false;
  out = number;
  return true;
}

std::string read_plugins(const YamlNode& node, ServeOptions& options) {
  if (node.kind != YamlNode::Kind::kMapping)
    return wrong("plugins", "a map of plugins' names to process, in_process or manifest", node);
  for (const auto& [name, value] : node.members) {
    if (!read_mode(value, options.isolation.plugins[name.text]))
      return wrong("plugins." + name.text, "process, in_process or manifest", value);
  }
  return "";
}

std::string read_paths(const YamlNode& node, ServeOptions& options) {
  const std::string expected = wrong("readablePaths", "a list of absolute paths", node);
  if (node.kind != YamlNode::Kind::kSequence) return expected;
  auto& paths = options.isolation.limits.readable_paths;
  paths.clear();
  for (const auto& item : node.items) {
    if (item.kind != YamlNode::Kind::kScalar || item.text.rfind('/', 0) != 0) return expected;
    paths.push_back(item.text);
  }
  return "";
}

std::string read_member(const std::string& key, const YamlNode& value, ServeOptions& options) {
  auto& limits = options.isolation.limits;
  if (key == "plugins") return read_plugins(value, options);
  if (key == "readablePaths") return read_paths(value, options);
  if (key == "default")
    return read_mode(value, options.isolation.others) ? "" : wrong(key, "manifest, process or in_process", value);
  if (key == "memoryMB")
    return read_number(value, 16, limits.memory_mb) ? "" : wrong(key, "a number of at least 16", value);
  if (key == "cpuSeconds")
    return read_number(value, 1, limits.cpu_seconds) ? "" : wrong(key, "a number of at least 1", value);
  if (key == "openFiles") return read_number(value, 0, limits.open_files) ? "" : wrong(key, "a number", value);
  if (key == "afterCrash" && value.kind == YamlNode::Kind::kScalar) {
    options.isolate_crashed = value.text == "process";
    if (value.text == "process" || value.text == "as_before") return "";
  }
  return key == "afterCrash" ? wrong(key, "process or as_before", value) : kExpected;
}

}  // namespace

std::string read_isolation(const YamlNode& node, ServeOptions& options) {
  if (node.kind != YamlNode::Kind::kMapping) return kExpected;
  for (const auto& [name, value] : node.members) {
    if (auto problem = read_member(name.text, value, options); !problem.empty()) return problem;
  }
  return "";
}

}  // namespace solder::cli
