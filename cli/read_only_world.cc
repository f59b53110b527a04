#include "cli/read_only_world.h"

#include <utility>

#include "core/sources/joined_store.h"

namespace solder::cli {

ReadOnlyWorld::ReadOnlyWorld(const std::string& directory, const std::vector<std::string>& config_directories,
                             std::shared_ptr<host::PluginSet> plugins, config::SchemaCatalogPtr catalog)
    : plugins_(std::move(plugins)),
      sources_(directory),
      settings_([this](std::string spec) { sources_.settings()->set(std::move(spec)); }),
      driver_(sources_) {
  sources_.expect(sources::watching(*plugins_));
  settings_.catalog(std::move(catalog));
  sources_.awaits_settings(sources::awaiting_settings(*plugins_), [this] { settings_.sources_known(); });
  store_ = sources::join(settings_.watch_files(store::make_file_store(config_directories)), sources_);
}

ReadOnlyWorld::~ReadOnlyWorld() { stop(); }

base::Status ReadOnlyWorld::start(store::Listener told) {
  driver_.plugins(plugins_);
  started_ = true;
  return store_->start([this, told = std::move(told)](store::Batch batch) {
    settings_.take(batch);
    told(std::move(batch));
  });
}

void ReadOnlyWorld::stop() {
  if (std::exchange(started_, false)) store_->stop();
}

}  // namespace solder::cli
