// Secrets out of HashiCorp Vault, as Gloo keeps them there. Settings say which Vaults: what is wrong in them is said
// where they are translated; an instance of its own reads them. Tested by plugins/vault/testdata, tests/unit/vault and
// tests/e2e/vault_test.py.
#include <memory>
#include <vector>

#include "solder/sdk.hpp"
#include "watcher.h"

namespace solder::plugins::vault {

class Plugin {
 public:
  Plugin(sdk::Host host, std::string_view config) : host_(host), config_(sdk::parse_json(config)) {
    check_config(config_);
  }

  void watch(const std::vector<sdk::WatchedKind>&) {
    if (watcher_) return;
    watcher_ = std::make_unique<Watcher>(host_, config_);
    watcher_->start();
  }

  // Settings: vaultSecretSource and secretOptions.
  void options(const sdk::OptionInput& in, sdk::Out& out) {
    const sdk::Json value = sdk::parse_json(in.json);
    std::vector<FieldProblem> problems;
    in.key == "secretOptions" ? read_options(value, problems) : static_cast<void>(read_source(value, "", problems));
    for (const auto& each : problems) {
      const sdk::Problem problem{each.field, each.reason, each.message, each.found, each.expected};
      each.error ? out.error(problem) : out.info(problem);
    }
  }

 private:
  static void read_options(const sdk::Json& value, std::vector<FieldProblem>& problems) {
    const sdk::Json* list = sdk::find(value, "sources");
    for (size_t i = 0; list != nullptr && i < list->size(); ++i) {
      const std::string field = "/sources/" + std::to_string(i);
      if (const sdk::Json* vault = sdk::find((*list)[i], "vault")) read_source(*vault, field + "/vault", problems);
      if (sdk::find((*list)[i], "directory") != nullptr) {
        problems.push_back({field + "/directory", "NoEffect",
                            "Secrets in files are read from the directories of Solder's configDir", "",
                            "the directory in configDir", false});
      }
      if (sdk::find((*list)[i], "kubernetes") != nullptr) {
        problems.push_back({field + "/kubernetes", "NoEffect",
                            "Secrets of Kubernetes are read where pluginConfig.kubernetes.watch is set", "",
                            "pluginConfig.kubernetes.watch", false});
      }
    }
  }

  const sdk::Host host_;
  const sdk::Json config_;
  std::unique_ptr<Watcher> watcher_;
};

}  // namespace solder::plugins::vault

SOLDER_PLUGIN(solder::plugins::vault::Plugin, "vault", "1.0.0")
