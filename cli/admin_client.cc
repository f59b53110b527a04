#include "cli/admin_client.h"

#include <httplib.h>
#include <unistd.h>

#include "cli/host_port.h"
#include "core/base/user_name.h"

namespace solder::cli {

namespace {

using Json = nlohmann::ordered_json;

base::Status nobody(const std::string& address, const httplib::Result& answer, const std::string& otherwise = "") {
  return base::unavailable("no server answers at " + address + " (" + httplib::to_string(answer.error()) +
                           "); --admin-address says where it is" + otherwise);
}

base::Status no_solder(const std::string& address, const httplib::Result& answer) {
  return base::internal_error("what answers at " + address + " is no Solder: it answered with status " +
                              std::to_string(answer->status));
}

base::Result<httplib::Client> connect(const std::string& address, int patience_seconds) {
  const auto parsed = parse_host_port(address, "--admin-address");
  if (!parsed.ok()) return parsed.status();
  httplib::Client client(parsed->host, parsed->port);
  client.set_connection_timeout(5);
  client.set_read_timeout(patience_seconds);
  return client;
}

}  // namespace

base::Result<std::string> AdminClient::command(const std::string& path) const {
  auto client = connect(address_, 120);
  if (!client.ok()) return client.status();
  const auto answer = client->Post(path, httplib::Headers{{"X-Solder-Command", "user " + base::user_name(::geteuid())}},
                                   "", "text/plain");
  if (!answer) return nobody(address_, answer);
  if (answer->status == 200) {
    std::string text = answer->body;
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }
  const Json body = Json::parse(answer->body, nullptr, false);
  if (!body.is_object() || !body.contains("error")) return no_solder(address_, answer);
  return base::invalid_argument(body.value("error", ""));
}

base::Result<Json> AdminClient::page(const std::string& path, const std::string& member,
                                     const std::string& otherwise) const {
  auto client = connect(address_, 30);
  if (!client.ok()) return client.status();
  const auto answer = client->Get(path);
  if (!answer) return nobody(address_, answer, otherwise);
  Json body = Json::parse(answer->body, nullptr, false);
  const bool right = answer->status == 200 && body.is_object() && body.contains(member);
  return right ? base::Result<Json>(std::move(body)) : no_solder(address_, answer);
}

}  // namespace solder::cli
