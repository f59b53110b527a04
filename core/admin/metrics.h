// Counters, gauges and histograms, by name and labels, and their Prometheus text (format 0.0.4). Names are
// solder_<noun>_<unit>. Any thread; a series found once is counted without a lock.
// Tested by tests/unit/admin/metrics_test.cc.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace solder::admin {

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  void add(uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }
  [[nodiscard]] uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  [[nodiscard]] double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds);
  void observe(double value);

  struct Reading {
    std::vector<uint64_t> cumulative;  // one a bound, then all
    double sum = 0;
  };
  [[nodiscard]] Reading read() const;
  [[nodiscard]] const std::vector<double>& bounds() const { return bounds_; }

 private:
  std::vector<double> bounds_;  // ascending
  mutable std::mutex mutex_;
  std::vector<uint64_t> counts_;
  double sum_ = 0;
};

class Metrics {
 public:
  // The series of that name and labels, made at the first call; lives as long as the registry. The help of the first
  // call counts. A name belongs to one of the three kinds: asked for as another, the series is kept and never shown.
  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram& histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                       const Labels& labels = {});
  [[nodiscard]] std::string text() const;

 private:
  template <typename T>
  using Series = std::map<Labels, std::unique_ptr<T>>;
  struct Family {
    std::string help;
    Series<Counter> counters;
    Series<Gauge> gauges;
    Series<Histogram> histograms;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Family> families_;
};

}  // namespace solder::admin
