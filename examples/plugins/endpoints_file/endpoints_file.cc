// A plugin with an upstream type whose endpoints stand in a JSON file that others write:
//
//   spec:
//     endpointsFile: {file: shop.json}
//
// The file is a list, [{"name": "one", "address": "10.0.0.1", "port": 8080}, ...], in the directory that the operator
// configures ({"directory": "/etc/solder/endpoints"}). It is read again and again by the host; what is found is
// published into the upstream, where endpoints() reads it. A file that is gone or broken changes nothing but the
// report.
#include <chrono>
#include <map>
#include <stdexcept>
#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"
#include "solder/sdk/objects.hpp"
#include "solder/sdk/publish.hpp"
#include "solder/sdk/timer.hpp"

namespace sdk = solder::sdk;

class EndpointsFile {
 public:
  EndpointsFile(sdk::Host host, std::string_view config) : host_(host), publisher_(host), timer_(host) {
    const sdk::Json wanted = sdk::parse_json(config);
    for (const auto& [name, value] : wanted.items()) {
      if (name != "directory" || !value.is_string())
        throw std::invalid_argument("unknown or of the wrong type: " + name + "; right is directory, a text");
      directory_ = value.get<std::string>();
    }
  }

  void clusters(const sdk::UpstreamInput&, sdk::Out& out) {
    out.fragment_json("cluster", R"({"type": "EDS", "connectTimeout": "5s",
      "edsClusterConfig": {"edsConfig": {"ads": {}, "resourceApiVersion": "V3"}}})");
  }

  void endpoints(const sdk::UpstreamInput& in, sdk::Out& out) {
    sdk::Json members = sdk::Json::array();
    const sdk::Json value = sdk::parse_json(in.json);
    for (const sdk::Json& each : value.value("endpoints", sdk::Json::array())) {
      const sdk::Json address = {{"address", each.at("address")}, {"portValue", each.at("port")}};
      members.push_back({{"endpoint", {{"address", {{"socketAddress", address}}}}}});
    }
    out.fragment_json("load_assignment", sdk::Json{{"endpoints", {{{"lbEndpoints", members}}}}}.dump(), {},
                      "/endpoints");
  }

  // From here on in an instance of its own: what it reads and waits for holds up nothing.
  void follow(const sdk::UpstreamInput& in, sdk::Out&) {
    followed_[{std::string(in.upstream.ns), std::string(in.upstream.name)}] =
        sdk::get_string(sdk::parse_json(in.json), "file");
    look();
  }
  void forget(const sdk::Ref& ref) { followed_.erase({std::string(ref.ns), std::string(ref.name)}); }

 private:
  void look() {
    for (const auto& [name, file] : followed_) {
      const sdk::Ref upstream{"Upstream", name.first, name.second};
      try {
        const std::string items = read(directory_ + "/" + file).dump();
        publisher_.list(upstream, "/spec/endpointsFile/endpoints", "name", items);
        publisher_.report(upstream, {});
      } catch (const std::exception& error) {
        const std::string words = std::string("what was found before stays: ") + error.what();
        publisher_.report(upstream, {{"/spec/endpointsFile/file", "BadEndpointsFile", words, file,
                                      "a JSON list of objects with name, address and port"}});
      }
    }
    timer_.start(std::chrono::seconds(1), [this] { look(); });
  }

  // What others write is no more to be trusted than what users write.
  [[nodiscard]] sdk::Json read(const std::string& path) const {
    const sdk::Json list = sdk::parse_json(sdk::read_document(host_, path, {}));
    if (!list.is_array()) throw std::runtime_error(path + " holds no list");
    sdk::Json out = sdk::Json::array();
    for (const sdk::Json& each : list) {
      if (!each.is_object() || !each.contains("port") || !each["port"].is_number_unsigned() || each["port"] > 65535 ||
          sdk::get_string(each, "name").empty() || sdk::get_string(each, "address").empty())
        throw std::runtime_error(path + " has an entry that is no endpoint: " + each.dump());
      out.push_back({{"name", each["name"]}, {"address", each["address"]}, {"port", each["port"]}});
    }
    return out;
  }

  sdk::Host host_;
  sdk::Publisher publisher_;
  sdk::Timer timer_;
  std::string directory_ = "/etc/solder/endpoints";
  std::map<std::pair<std::string, std::string>, std::string> followed_;  // namespace and name → file
};

SOLDER_PLUGIN(EndpointsFile, "endpoints_file", "1.0.0")
