// A discovery that asks every half minute and publishes one function. What is wrong with it is the file's that
// includes this. Used by the kit's plugins.
#pragma once

#include <chrono>
#include <string>

#include "solder/sdk.hpp"
#include "solder/sdk/http.hpp"
#include "solder/sdk/publish.hpp"
#include "solder/sdk/timer.hpp"

class KitFinder {
 public:
  explicit KitFinder(solder::sdk::Host host) : http_(host), publisher_(host), timer_(host) {}
  virtual ~KitFinder() = default;

  void clusters(const solder::sdk::UpstreamInput&, solder::sdk::Out&) {}
  void follow(const solder::sdk::UpstreamInput& in, solder::sdk::Out&) {
    name_ = in.upstream.name;
    ask();
  }
  void forget(const solder::sdk::Ref&) {
    if (!forgets()) return;
    timer_.cancel();
    name_.clear();
  }

 protected:
  virtual void answered(const solder::sdk::HttpAnswer&) { publish(R"([{"name": "one"}])"); }
  virtual std::chrono::milliseconds rest() const { return std::chrono::seconds(30); }
  virtual bool forgets() const { return true; }
  void publish(const std::string& items) {
    publisher_.list({"Upstream", "ns", name_}, "/spec/kit/functions", "name", items);
  }

  bool waits_ = false;

 private:
  void ask() {
    if (name_.empty()) return;
    waits_ = true;
    http_.send({.url = "http://127.0.0.1:1/"}, [this](const solder::sdk::HttpAnswer& answer) {
      waits_ = false;
      if (name_.empty()) return;
      answered(answer);
      tick();
    });
  }
  void tick() {
    timer_.start(rest(), [this] { rest() < std::chrono::seconds(1) ? tick() : ask(); });
  }

  std::string name_;
  solder::sdk::Http http_;
  solder::sdk::Publisher publisher_;
  solder::sdk::Timer timer_;
};
