#include "cli/xds_tls.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "core/services/certificates.h"

namespace solder::cli {

namespace {

base::Result<std::string> read(const char* setting, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return base::not_found(std::string(setting) + ": " + path + ": " + std::strerror(errno));
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

base::Status first_error(const char* setting, const std::string& path,
                         const std::vector<services::CertificateProblem>& problems) {
  for (const auto& problem : problems) {
    if (!problem.warning) return base::invalid_argument(std::string(setting) + ": " + path + ": " + problem.message);
  }
  return {};
}

}  // namespace

base::Result<std::optional<xds::ServerTls>> xds_tls(const ServeOptions& options) {
  if (options.xds_certificate.empty()) return std::optional<xds::ServerTls>();
  const auto now = std::chrono::system_clock::now();
  const auto certificate = read("xdsCertificate", options.xds_certificate);
  if (!certificate.ok()) return certificate.status();
  const auto key = read("xdsKey", options.xds_key);
  if (!key.ok()) return key.status();
  const auto pair = services::check_key_pair(*certificate, *key, now);
  if (auto status = first_error("xdsCertificate", options.xds_certificate, pair); !status.ok()) return status;
  if (!options.xds_client_ca.empty()) {
    const auto authorities = read("xdsClientCa", options.xds_client_ca);
    if (!authorities.ok()) return authorities.status();
    const auto found = services::check_trusted_ca(*authorities, now);
    if (auto status = first_error("xdsClientCa", options.xds_client_ca, found); !status.ok()) return status;
  }
  return std::optional(xds::ServerTls{options.xds_certificate, options.xds_key, options.xds_client_ca});
}

}  // namespace solder::cli
