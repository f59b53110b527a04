#include "hosts.h"

#include <algorithm>

namespace solder::plugins::istio {

Target resolve(const Options& options, const std::string& host, const std::string& ns) {
  Target out{host, "", ""};
  if (is_wildcard(host)) return out;
  if (host.find('.') == std::string::npos) {
    out.service = host;
    out.ns = ns;
    out.host = host + "." + ns + ".svc." + options.cluster_domain;
    return out;
  }
  for (const std::string& end : {".svc." + options.cluster_domain, std::string(".svc")}) {
    if (!host.ends_with(end)) continue;
    const std::string name = host.substr(0, host.size() - end.size());
    const size_t dot = name.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == name.size() || name.find('.', dot + 1) != std::string::npos)
      break;
    out.service = name.substr(0, dot);
    out.ns = name.substr(dot + 1);
    out.host = name + ".svc." + options.cluster_domain;
    return out;
  }
  return out;
}

std::vector<std::string> spellings(const Target& target, const std::string& in) {
  std::vector<std::string> out = {target.host};
  if (target.is_service()) {
    if (in == target.ns) out.push_back(target.service);
    for (const char* end : {"", ".svc"}) out.push_back(target.service + "." + target.ns + end);
  }
  for (size_t dot = target.host.find('.'); dot != std::string::npos; dot = target.host.find('.', dot + 1)) {
    out.push_back("*" + target.host.substr(dot));
  }
  out.emplace_back("*");
  return out;
}

bool is_wildcard(std::string_view host) { return host.starts_with('*'); }

bool covers(std::string_view wide, std::string_view narrow) {
  if (wide == "*" || wide == narrow) return true;
  return wide.starts_with("*") && narrow.size() >= wide.size() && narrow.ends_with(wide.substr(1));
}

std::string common(const std::string& a, const std::string& b) {
  if (covers(a, b)) return b;
  return covers(b, a) ? a : std::string();
}

HostFilter read_filter(const std::string& text, const std::string& gateway_ns) {
  const size_t slash = text.find('/');
  if (slash == std::string::npos) return {"", text};
  const std::string ns = text.substr(0, slash);
  return {ns == "*" ? "" : ns == "." ? gateway_ns : ns, text.substr(slash + 1)};
}

std::string in_name(const std::string& host) {
  std::string out = host;
  std::replace(out.begin(), out.end(), '*', '_');
  std::replace(out.begin(), out.end(), '/', '_');
  return out;
}

}  // namespace solder::plugins::istio
