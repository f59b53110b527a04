#include "cli/serve_options.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "cli/command.h"
#include "cli/host_port.h"
#include "cli/isolation_options.h"
#include "cli/yaml_tree.h"
#include "core/base/nearest_name.h"

namespace solder::cli {

namespace {

constexpr const char* kExpectedThreshold = "a number of routes, or never";
constexpr std::string_view kNever = "never";
constexpr const char* kExpectedFile = "a file in PEM";

// One key of the file: reads its value into the options, or says what would be right.
struct Key {
  std::string_view name;
  std::function<std::string(const YamlNode&, ServeOptions&)> read;
};

std::string read_text(const YamlNode& node, std::string& out, const char* expected) {
  if (node.kind != YamlNode::Kind::kScalar || node.text.empty()) return expected;
  out = node.text;
  return "";
}

std::string read_bool(const YamlNode& node, bool& out) {
  if (node.kind != YamlNode::Kind::kScalar || (node.text != "true" && node.text != "false")) return "true or false";
  out = node.text == "true";
  return "";
}

std::string read_list(const YamlNode& node, std::vector<std::string>& out) {
  const char* expected = "a directory or a list of directories";
  std::vector<std::string> found;
  if (node.kind == YamlNode::Kind::kScalar && !node.text.empty()) found.push_back(node.text);
  if (node.kind == YamlNode::Kind::kSequence) {
    for (const auto& item : node.items) {
      if (item.kind != YamlNode::Kind::kScalar || item.text.empty()) return expected;
      found.push_back(item.text);
    }
  }
  if (found.empty()) return expected;
  out = std::move(found);
  return "";
}

std::string read_level(const YamlNode& node, std::string& out) {
  std::string expected = "one of";
  for (const auto& level : log_levels()) {
    if (node.text == level) {
      out = level;
      return "";
    }
    expected += " " + level;
  }
  return expected;
}

std::string read_owners(const YamlNode& node, ServeOptions& options) {
  const char* expected = "a map of SCOPE:KEY to a plugin's name, such as \"route:timeout\": routing";
  if (node.kind != YamlNode::Kind::kMapping) return expected;
  for (const auto& [key, plugin] : node.members) {
    if (plugin.kind != YamlNode::Kind::kScalar || key.text.find(':') == std::string::npos) return expected;
    options.key_owners.emplace_back(key.text, plugin.text);
  }
  return "";
}

std::string read_configurations(const YamlNode& node, ServeOptions& options) {
  const char* expected = "a map of plugins' names to their configurations, each a map";
  if (node.kind != YamlNode::Kind::kMapping) return expected;
  for (const auto& [plugin, value] : node.members) {
    if (value.kind != YamlNode::Kind::kMapping) return expected;
    options.plugin_configurations.emplace_back(plugin.text, to_json(value).dump());
  }
  return "";
}

std::string read_removed(const YamlNode& node, ServeOptions& options) {
  const char* expected = "keep or drop";
  if (node.kind != YamlNode::Kind::kScalar || (node.text != "keep" && node.text != "drop")) return expected;
  options.removed_plugins = node.text;
  return "";
}

std::string read_texts(const YamlNode& node, std::vector<std::string>& out, const char* expected) {
  if (node.kind != YamlNode::Kind::kSequence) return expected;
  out.clear();
  for (const auto& item : node.items) {
    if (item.kind != YamlNode::Kind::kScalar || item.text.empty()) return expected;
    out.push_back(item.text);
  }
  return "";
}

std::string read_trust(const YamlNode& node, ServeOptions& options) {
  const char* expected = "a map with keys (files of public keys) and hashes (SHA-256), each a list";
  if (node.kind != YamlNode::Kind::kMapping) return expected;
  for (const auto& [name, value] : node.members) {
    if (name.text != "keys" && name.text != "hashes") return expected;
    auto& into = name.text == "keys" ? options.trusted_keys : options.trusted_hashes;
    if (auto wrong = read_texts(value, into, expected); !wrong.empty()) return wrong;
  }
  return "";
}

const std::array<Key, 22>& keys() {
  static const std::array<Key, 22> kKeys{{
      {"configDir", [](const YamlNode& n, ServeOptions& o) { return read_list(n, o.config_directories); }},
      {"pluginDir", [](const YamlNode& n, ServeOptions& o) { return read_list(n, o.plugin_directories); }},
      {"xdsAddress", [](const YamlNode& n, ServeOptions& o) { return read_text(n, o.xds_address, "HOST:PORT"); }},
      {"xdsCertificate",
       [](const YamlNode& n, ServeOptions& o) { return read_text(n, o.xds_certificate, kExpectedFile); }},
      {"xdsKey", [](const YamlNode& n, ServeOptions& o) { return read_text(n, o.xds_key, kExpectedFile); }},
      {"xdsClientCa", [](const YamlNode& n, ServeOptions& o) { return read_text(n, o.xds_client_ca, kExpectedFile); }},
      {"validationAddress",
       [](const YamlNode& n, ServeOptions& o) { return read_text(n, o.validation_address, "HOST:PORT"); }},
      {"validationCertificate",
       [](const YamlNode& n, ServeOptions& o) { return read_text(n, o.validation_certificate, kExpectedFile); }},
      {"validationKey",
       [](const YamlNode& n, ServeOptions& o) { return read_text(n, o.validation_key, kExpectedFile); }},
      {"adminAddress", [](const YamlNode& n, ServeOptions& o) { return read_text(n, o.admin_address, "HOST:PORT"); }},
      {"stateDir", [](const YamlNode& n, ServeOptions& o) { return read_text(n, o.state_directory, "a directory"); }},
      {"writeNamespace",
       [](const YamlNode& n, ServeOptions& o) { return read_text(n, o.write_namespace, "a namespace"); }},
      {"logLevel", [](const YamlNode& n, ServeOptions& o) { return read_level(n, o.log_level); }},
      {"scopedRoutesAbove",
       [](const YamlNode& n, ServeOptions& o) { return read_text(n, o.scoped_routes_above, kExpectedThreshold); }},
      {"scopedRoutesOnDemand",
       [](const YamlNode& n, ServeOptions& o) { return read_bool(n, o.scoped_routes_on_demand); }},
      {"discovery", [](const YamlNode& n, ServeOptions& o) { return read_bool(n, o.discovery); }},
      {"virtualHostsOnDemand",
       [](const YamlNode& n, ServeOptions& o) { return read_bool(n, o.virtual_hosts_on_demand); }},
      {"keyOwners", read_owners},
      {"pluginConfig", read_configurations},
      {"removedPlugins", read_removed},
      {"pluginTrust", read_trust},
      {"pluginIsolation", read_isolation},
  }};
  return kKeys;
}

std::string unknown_key(const std::string& name) {
  std::vector<std::string_view> known;
  for (const auto& key : keys()) known.push_back(key.name);
  const std::string nearest = base::nearest_name(name, known);
  if (!nearest.empty()) return "unknown key; did you mean " + nearest + "?";
  std::string all;
  for (const auto key : known) all += (all.empty() ? "" : ", ") + std::string(key);
  return "unknown key; known are " + all;
}

base::Status check_tls(const ServeOptions& options) {
  if (options.xds_certificate.empty() != options.xds_key.empty()) {
    return base::invalid_argument(options.xds_key.empty()
                                      ? "xdsCertificate: found one without xdsKey; expected both or none"
                                      : "xdsKey: found one without xdsCertificate; expected both or none");
  }
  if (!options.xds_client_ca.empty() && options.xds_key.empty()) {
    return base::invalid_argument(
        "xdsClientCa: found one without xdsCertificate and xdsKey; clients show certificates over TLS alone");
  }
  return {};
}

base::Status check_validation(const ServeOptions& options) {
  if (options.validation_address.empty() && options.validation_certificate.empty() && options.validation_key.empty())
    return {};
  if (options.validation_address.empty() || options.validation_certificate.empty() || options.validation_key.empty()) {
    return base::invalid_argument(
        "validationAddress: found not all of validationAddress, validationCertificate and validationKey; expected all "
        "three or none");
  }
  return parse_host_port(options.validation_address, "validation address", true).status();
}

bool is_directory(const char* path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

}  // namespace

const std::vector<std::string>& log_levels() {
  static const std::vector<std::string> kLevels{"trace", "debug", "info", "warn", "error"};
  return kLevels;
}

std::optional<size_t> scoped_routes_above(const ServeOptions& options) {
  const std::string& text = options.scoped_routes_above;
  size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

base::Status apply_config_file(std::string_view text, const std::string& file, ServeOptions& options) {
  const auto root = parse_yaml(text, file);
  if (!root.ok()) return root.status();
  const auto wrong = [&](const YamlNode& node, const std::string& what) {
    return base::invalid_argument(file + ":" + std::to_string(node.line) + ": " + what);
  };
  if (root->kind != YamlNode::Kind::kMapping) {
    return wrong(*root, "found " + root->describe() + ", expected a map of settings such as xdsAddress: 0.0.0.0:9977");
  }
  for (const auto& member : root->members) {
    const YamlNode& name = member.name;
    const YamlNode& value = member.value;
    const auto key =
        std::find_if(keys().begin(), keys().end(), [&](const Key& each) { return each.name == name.text; });
    if (key == keys().end()) return wrong(name, name.text + ": " + unknown_key(name.text));
    if (const std::string expected = key->read(value, options); !expected.empty()) {
      return wrong(value, name.text + ": found " + value.describe() + ", expected " + expected);
    }
  }
  return {};
}

base::Status read_config_file(const std::string& file, ServeOptions& options) {
  if (file.empty()) return {};
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return base::not_found("--config " + file + ": " + std::strerror(errno));
  const std::string text((std::istreambuf_iterator<char>(stream)), {});
  return apply_config_file(text, file, options);
}

base::Status complete(ServeOptions& options) {
  constexpr const char* kSystemManifests = "/etc/solder/manifests";
  constexpr const char* kSystemState = "/var/lib/solder";
  if (options.config_directories.empty()) {
    options.config_directories = {is_directory(kSystemManifests) ? kSystemManifests : "manifests"};
  }
  if (options.plugin_directories.empty()) options.plugin_directories = default_plugin_directories();
  if (options.state_directory.empty()) {
    const bool usable = is_directory(kSystemState) && access(kSystemState, W_OK) == 0;
    options.state_directory = usable ? kSystemState : "state";
  }
  if (options.scoped_routes_above != kNever && !scoped_routes_above(options)) {
    return base::invalid_argument("scopedRoutesAbove: found \"" + options.scoped_routes_above + "\", expected " +
                                  kExpectedThreshold);
  }
  if (options.scoped_routes_on_demand && options.virtual_hosts_on_demand) {
    return base::invalid_argument(
        "virtualHostsOnDemand: found true beside scopedRoutesOnDemand; a large listener has one of the two layouts");
  }
  if (auto status = check_tls(options); !status.ok()) return status;
  if (auto status = check_validation(options); !status.ok()) return status;
  if (const auto xds = parse_host_port(options.xds_address, "xDS address", true); !xds.ok()) return xds.status();
  return parse_host_port(options.admin_address, "admin address", true).status();
}

}  // namespace solder::cli
