// `solder bootstrap`.
#include <iostream>
#include <memory>

#include "cli/bootstrap_text.h"
#include "cli/command.h"
#include "cli/exit_codes.h"

namespace solder::cli {

namespace {

int print_bootstrap(const BootstrapOptions& options) {
  const auto text = bootstrap_text(options);
  if (!text.ok()) {
    complain(text.status().message());
    return kUsage;
  }
  std::cout << *text;
  return kOk;
}

}  // namespace

void add_bootstrap(CLI::App& app, Action& action) {
  auto* command = app.add_subcommand("bootstrap", "Print an Envoy bootstrap that connects to Solder");
  command->footer(
      "Examples:\n"
      "  solder bootstrap > envoy.yaml && envoy -c envoy.yaml\n"
      "  solder bootstrap --xds-address solder.example:9977 --role gloo-system~public");
  auto options = std::make_shared<BootstrapOptions>();
  command->add_option("--xds-address", options->xds_address, "Where Solder's xDS server is")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  command
      ->add_option("--xds-ca", options->xds_ca, "Connect over TLS; the CA of Solder's certificate, PEM, where Envoy is")
      ->type_name("FILE");
  command->add_option("--xds-certificate", options->xds_certificate, "What Envoy shows Solder, PEM, where Envoy is")
      ->type_name("FILE");
  command->add_option("--xds-key", options->xds_key, "The key to --xds-certificate, PEM")->type_name("FILE");
  command
      ->add_option("--xds-server-name", options->xds_server_name,
                   "The name in Solder's certificate.\nDefault: the host of --xds-address")
      ->type_name("NAME");
  command->add_option("--admin-address", options->admin_address, "Where Envoy's own admin pages shall be")
      ->type_name("HOST:PORT")
      ->capture_default_str();
  command->add_option("--role", options->role, "Which proxy this Envoy is: NAMESPACE~PROXY")
      ->type_name("ROLE")
      ->capture_default_str();
  command
      ->add_option("--node-id", options->node_id,
                   "The Envoy's name in statuses and logs.\nDefault: PROXY.NAMESPACE of the role")
      ->type_name("ID");
  command
      ->add_option("--mesh-agent", options->mesh_agent,
                   "Where Envoy's identity in an Istio mesh is served by SDS, such as 127.0.0.1:8234")
      ->type_name("HOST:PORT");
  command->add_flag("--sotw", options->sotw, "State-of-the-world xDS instead of delta");
  command->callback([&action, options] { action = [options] { return print_bootstrap(*options); }; });
}

}  // namespace solder::cli
