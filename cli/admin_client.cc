#include "cli/plugin_client.h"

#include <httplib.h>
#include <pwd.h>
#include <unistd.h>

#include "cli/host_port.h"

namespace solder::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string user_name() {
  const passwd* user = ::getpwuid(::geteuid());
  return "user " + (user == nullptr ? std::to_string(::geteuid()) : std::string(user->pw_name));
}

base::Status nobody(const std::string& address, const httplib::Result& answer) {
  return base::unavailable("no server answers at " + address + " (" + httplib::to_string(answer.error()) +
                           "); --admin-address says where it is");
}

}  // namespace

base::Result<std::string> PluginClient::command(const std::string& path) const {
  const auto parsed = parse_host_port(address_, "--admin-address");
  if (!parsed.ok()) return parsed.status();
  httplib::Client client(parsed->host, parsed->port);
  client.set_connection_timeout(5);
  client.set_read_timeout(120);
  const auto answer = client.Post(path, httplib::Headers{{"X-Solder-Command", user_name()}}, "", "text/plain");
  if (!answer) return nobody(address_, answer);
  if (answer->status == 200) {
    std::string text = answer->body;
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }
  const Json body = Json::parse(answer->body, nullptr, false);
  if (!body.is_object() || !body.contains("error")) {
    return base::internal_error("what answers at " + address_ + " is no Solder: it answered with status " +
                                std::to_string(answer->status));
  }
  return base::invalid_argument(body.value("error", ""));
}

base::Result<Json> PluginClient::page(const std::string& path) const {
  const auto parsed = parse_host_port(address_, "--admin-address");
  if (!parsed.ok()) return parsed.status();
  httplib::Client client(parsed->host, parsed->port);
  client.set_connection_timeout(5);
  client.set_read_timeout(30);
  const auto answer = client.Get(path);
  if (!answer) return nobody(address_, answer);
  Json body = Json::parse(answer->body, nullptr, false);
  if (answer->status == 200 && body.is_object()) return body;
  return base::internal_error("what answers at " + address_ + " is no Solder: it answered with status " +
                              std::to_string(answer->status));
}

}  // namespace solder::cli
