#include "by_settings.h"

#include <utility>

namespace solder::plugins::consul {

namespace {

constexpr const char* kUpstream = "Upstream";

}  // namespace

CurrentSettings::CurrentSettings(const sdk::Host& host, const sdk::Json& config,
                                 std::function<void(const Settings&)> changed)
    : config_(config), changed_(std::move(changed)), reader_(host) {}

void CurrentSettings::start() {
  // A host without Settings has the configuration alone.
  if (reader_.watch([this](std::string_view spec) { use(spec); }) != SOLDER_OK) use("");
}

void CurrentSettings::use(std::string_view spec) {
  sdk::Json now = with_gloo_settings(sdk::parse_json(spec), config_);
  if (used_ && *used_ == now) return;
  used_ = std::move(now);
  changed_(read_settings(*used_));
}

DiscoveryBySettings::DiscoveryBySettings(const sdk::Host& host, const sdk::Json& config)
    : host_(host), current_(host, config, [this](const Settings& settings) { use(settings); }) {
  current_.start();
}

void DiscoveryBySettings::use(const Settings& settings) {
  discovery_.reset();
  settings_ = settings;
  discovery_ = std::make_unique<Discovery>(host_, *settings_);
  for (const auto& [name, wanted] : wanted_) follow(wanted);
}

void DiscoveryBySettings::follow(const sdk::UpstreamInput& in) {
  Wanted& wanted = wanted_[sdk::to_string(in.upstream)];
  wanted = {std::string(in.upstream.kind), std::string(in.upstream.ns), std::string(in.upstream.name),
            std::string(in.json)};
  if (discovery_) follow(wanted);
}

void DiscoveryBySettings::follow(const Wanted& wanted) {
  discovery_->follow({wanted.kind, wanted.ns, wanted.name}, wanted.json);
}

void DiscoveryBySettings::forget(const sdk::Ref& ref) {
  wanted_.erase(sdk::to_string(ref));
  if (discovery_) discovery_->forget(ref);
}

CatalogBySettings::CatalogBySettings(const sdk::Host& host, const sdk::Json& config)
    : host_(host),
      objects_(host),
      timer_(host),
      current_(host, config, [this](const Settings& settings) { use(settings); }) {}

void CatalogBySettings::start() {
  objects_.keep(kUpstream, "");
  objects_.complete();
  current_.start();
}

void CatalogBySettings::use(const Settings& settings) {
  catalog_.reset();
  api_.reset();
  settings_ = settings;
  objects_.report({});
  objects_.begin(kUpstream, "");
  listing_ = settings.discovery.on;
  if (!listing_) {
    objects_.end(kUpstream, "");
    return;
  }
  api_ = std::make_unique<Api>(host_, *settings_);
  catalog_ = std::make_unique<Catalog>(host_, *api_, objects_, [this] { changed(); });
  catalog_->start();
}

// Looked at from a timer: who tells of a change may be in the middle of it.
void CatalogBySettings::changed() {
  if (!timer_.pending()) timer_.start(std::chrono::milliseconds(20), [this] { look(); });
}

void CatalogBySettings::look() {
  if (!catalog_) return;
  std::vector<sdk::Problem> problems;
  for (const Trouble& each : catalog_->troubles())
    problems.push_back({"", each.reason, each.message, "", each.expected});
  objects_.report(problems);
  // Services that cannot be listed now are not gone.
  if (listing_ && problems.empty() && catalog_->settled()) {
    objects_.end(kUpstream, "");
    listing_ = false;
  }
}

}  // namespace solder::plugins::consul
