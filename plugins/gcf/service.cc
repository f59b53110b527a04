#include "service.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace solder::plugins::gcf {

using sdk::Json;

namespace {

// Of projects and regions.
bool is_label(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::islower(c) != 0 || std::isdigit(c) != 0 || c == '-';
  });
}

std::string option(const Json& upstream, const char* name) {
  const Json* options = sdk::find(upstream, "gcpOptions");
  return options == nullptr ? "" : sdk::get_string(*options, name);
}

// Of the functions of a project, where no host is named.
std::string host_of_functions(const Json& upstream, sdk::Out* out) {
  const std::string project = sdk::get_string(upstream, "project"), region = sdk::get_string(upstream, "region");
  if (is_label(project) && is_label(region)) return region + "-" + project + ".cloudfunctions.net";
  if (out == nullptr) return "";
  if (project.empty() && region.empty()) {
    out->error({"/host", "MissingField", "a service is called at a host, and none is named", "",
                "a host such as hello-abc123-uc.a.run.app, or project and region"});
    return "";
  }
  for (const auto& [name, value] : {std::pair("/project", &project), {"/region", &region}}) {
    if (is_label(*value)) continue;
    out->error({name, value->empty() ? "MissingField" : "InvalidValue",
                "functions are those of a project in a region, and this is none", *value,
                "small letters, digits and dashes"});
  }
  return "";
}

// A part of a URL that is written as it is.
bool is_path(std::string_view path) {
  return path.starts_with('/') && path.find("//") == std::string_view::npos &&
         path.find("..") == std::string_view::npos && std::all_of(path.begin(), path.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 ||
                  std::string_view("/-_.~%").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

}  // namespace

std::optional<Service> service_of(const Json& upstream, sdk::Out* out) {
  Service service;
  service.host = sdk::get_string(upstream, "host");
  if (service.host.empty()) {
    service.host = host_of_functions(upstream, out);
    if (service.host.empty()) return std::nullopt;
  } else if (!sdk::is_host_name(service.host)) {
    if (out != nullptr)
      out->error(
          {"/host", "InvalidValue", "this is no host", service.host, "a host such as hello-abc123-uc.a.run.app"});
    return std::nullopt;
  }
  service.audience = sdk::get_string(upstream, "audience");
  if (service.audience.empty()) service.audience = "https://" + service.host;
  service.at = sdk::WebEndpoint{service.host};
  if (const std::string url = option(upstream, "endpoint"); !url.empty()) {
    const auto endpoint = sdk::parse_web_endpoint(url);
    if (!endpoint) {
      if (out != nullptr)
        out->error({"/gcpOptions/endpoint", "InvalidEndpoint", "this is no address that a service can be called at",
                    url, sdk::kExpectedWebEndpoint});
      return std::nullopt;
    }
    service.at = *endpoint;
  }
  return service;
}

std::vector<Function> functions_of(const Json& upstream, const Service& service, std::string_view cluster,
                                   sdk::Out* out) {
  std::vector<Function> functions;
  const Json* list = sdk::find(upstream, "functions");
  if (list == nullptr) return functions;
  std::set<std::string> names;
  for (size_t i = 0; i < list->size(); ++i) {
    const Json& each = (*list)[i];
    const std::string at = "/functions/" + std::to_string(i);
    Function function{sdk::get_string(each, "functionName"), sdk::get_string(each, "path"),
                      sdk::get_string(each, "audience"), "", sdk::get_string(each, "host")};
    if (function.host == service.host) function.host.clear();
    if (function.name.empty()) {
      if (out != nullptr)
        out->warning({at, "MissingField", "a function without a name cannot be called", "", "functionName"});
      continue;
    }
    if (!names.insert(function.name).second) {
      if (out != nullptr)
        out->info({at + "/functionName", "DuplicateFunction", "routes call the first function of this name",
                   function.name, "a name of its own"});
      continue;
    }
    if (!function.host.empty() && !sdk::is_host_name(function.host)) {
      if (out != nullptr)
        out->warning({at + "/host", "InvalidValue", "this is no host, so the function cannot be called", function.host,
                      "a host such as hello-abc123-uc.a.run.app"});
      continue;
    }
    if (function.path.empty() && function.host.empty()) function.path = "/" + sdk::percent_encoded(function.name);
    while (function.path.ends_with('/')) function.path.pop_back();
    if (!function.path.empty() && !is_path(function.path)) {
      if (out != nullptr)
        out->warning({at + "/path", "InvalidValue", "this is no path of a function, which cannot be called so",
                      function.path, "a path such as /hello"});
      continue;
    }
    if (function.audience.empty())
      function.audience = "https://" + (function.host.empty() ? service.host : function.host) + function.path;
    function.token = token_name(cluster, function.name);
    functions.push_back(std::move(function));
  }
  return functions;
}

const Function* standard_function(const Json& upstream, const std::vector<Function>& functions, sdk::Out* out) {
  const std::string name = sdk::get_string(upstream, "functionName");
  if (name.empty()) return nullptr;
  for (const Function& function : functions) {
    if (function.name != name) continue;
    if (out != nullptr && !function.host.empty())
      out->warning({"/functionName", "NoEffect",
                    "the function has a host of its own, so copies and events do not reach it; routes do", name,
                    "a function at the upstream's host"});
    return &function;
  }
  if (out != nullptr)
    out->warning({"/functionName", "FunctionNotFound",
                  "the upstream has no function of this name, so none is called where nothing names one", name,
                  "the name of one of its functions"});
  return nullptr;
}

std::string token_name(std::string_view cluster, std::string_view function) {
  std::string name = std::string(cluster) + "/id-token";
  return function.empty() ? name : name + "/" + std::string(function);
}

std::optional<std::string> api_of(const Json& upstream, sdk::Out* out) {
  std::string api = option(upstream, "api");
  if (api.empty()) return api;
  if (!sdk::parse_web_endpoint(api)) {
    if (out != nullptr)
      out->warning({"/gcpOptions/api", "InvalidEndpoint", "functions cannot be asked for here, so none are found", api,
                    sdk::kExpectedWebEndpoint});
    return std::nullopt;
  }
  if (api.ends_with('/')) api.pop_back();
  return api;
}

bool by_envoy(const Json& upstream) {
  const Json* options = sdk::find(upstream, "gcpOptions");
  return options != nullptr && sdk::get_bool(*options, "envoyIdentity").value_or(false);
}

}  // namespace solder::plugins::gcf
