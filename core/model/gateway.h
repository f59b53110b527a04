// Gateway (gateway.solo.io/v1), decoded.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/model/label_selector.h"
#include "core/model/object.h"
#include "core/model/options.h"

namespace solder::model {

struct HttpGateway {
  std::vector<ObjectRef> virtual_services;      // explicit references; empty: by selector
  std::map<std::string, std::string> selector;  // virtualServiceSelector
  std::vector<std::string> namespaces;          // virtualServiceNamespaces; empty or "*": all
  std::vector<SelectorExpression> expressions;  // virtualServiceExpressions.expressions
  OptionSet options;
};

struct Gateway {
  enum class Kind { kHttp, kTcp, kHybrid };
  ObjectRef ref;
  Kind kind = Kind::kHttp;
  bool ssl = false;
  std::string bind_address = "::";
  uint32_t bind_port = 0;
  std::vector<std::string> proxy_names;  // none in the file: gateway-proxy
  bool use_proxy_proto = false;
  HttpGateway http;
  OptionSet options;
  std::map<std::string, std::string> labels;
};

}  // namespace solder::model
