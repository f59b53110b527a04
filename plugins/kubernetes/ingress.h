// Kubernetes' Ingress (networking.k8s.io/v1) as virtual services and route tables, where that is switched on. Each host
// has one virtual service, the same whichever Ingress names it, which delegates to the tables of all Ingresses with
// rules for it; its routes stand by their paths, as Kubernetes has it. Source: Kubernetes' API reference, and Gloo's
// ingress controller for what is left to implementations. Tested by plugins/kubernetes/testdata/ingress.json,
// tests/golden/cases/ingress and tests/e2e/kubernetes_ingress_test.py.
#pragma once

#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/json.hpp"

namespace solder::plugins::kubernetes {

// `ingress` in the plugin's configuration.
struct IngressOptions {
  bool on = false;
  std::string ingress_class = "gloo";
  bool require_class = false;  // without it Ingresses of every class count, as in Gloo
  std::string proxy;           // has gateways of its own at 8080 and 8443; empty: the gateways that there are
  std::string write_namespace = "gloo-system";
};

// Throws std::invalid_argument.
IngressOptions read_ingress_options(const sdk::Json& ingress);

void derive_ingress(const sdk::SourceInput& in, const IngressOptions& options, sdk::Out& out);

}  // namespace solder::plugins::kubernetes
