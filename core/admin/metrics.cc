#include "core/admin/metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace solder::admin {

namespace {

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  std::array<char, 32> out{};
  const auto end = std::to_chars(out.data(), out.data() + out.size(), value).ptr;
  return {out.data(), end};
}

std::string escaped(const std::string& text, bool quote) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\' || (quote && c == '"')) {
      out.append("\\").append(1, c);
    } else {
      out += c;
    }
  }
  return out;
}

std::string label_text(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    out += (out.empty() ? "{" : ",") + name + "=\"" + escaped(value, true) + "\"";
  }
  return out.empty() ? out : out + "}";
}

std::string sample(const std::string& name, const Labels& labels, const std::string& value) {
  return name + label_text(labels) + " " + value + "\n";
}

std::string samples(const std::string& name, const Labels& labels, const Histogram& histogram) {
  const auto reading = histogram.read();
  std::string out;
  Labels with_bound = labels;
  for (size_t i = 0; i < reading.cumulative.size(); ++i) {
    with_bound["le"] = i < histogram.bounds().size() ? number(histogram.bounds()[i]) : "+Inf";
    out += sample(name + "_bucket", with_bound, std::to_string(reading.cumulative[i]));
  }
  out += sample(name + "_sum", labels, number(reading.sum));
  return out + sample(name + "_count", labels, std::to_string(reading.cumulative.back()));
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

void Histogram::observe(double value) {
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  const std::lock_guard lock(mutex_);
  ++counts_[static_cast<size_t>(bound - bounds_.begin())];
  sum_ += value;
}

Histogram::Reading Histogram::read() const {
  const std::lock_guard lock(mutex_);
  Reading out{counts_, sum_};
  for (size_t i = 1; i < out.cumulative.size(); ++i) out.cumulative[i] += out.cumulative[i - 1];
  return out;
}

Counter& Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  auto& family = families_.try_emplace(name, Family{help, {}, {}, {}}).first->second;
  auto& series = family.counters[labels];
  if (!series) series = std::make_unique<Counter>();
  return *series;
}

Gauge& Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  auto& family = families_.try_emplace(name, Family{help, {}, {}, {}}).first->second;
  auto& series = family.gauges[labels];
  if (!series) series = std::make_unique<Gauge>();
  return *series;
}

Histogram& Metrics::histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                              const Labels& labels) {
  const std::lock_guard lock(mutex_);
  auto& family = families_.try_emplace(name, Family{help, {}, {}, {}}).first->second;
  auto& series = family.histograms[labels];
  if (!series) series = std::make_unique<Histogram>(bounds);
  return *series;
}

std::string Metrics::text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    out += "# HELP " + name + " " + escaped(family.help, false) + "\n";
    if (!family.counters.empty()) {
      out += "# TYPE " + name + " counter\n";
      for (const auto& [labels, series] : family.counters) out += sample(name, labels, std::to_string(series->value()));
    } else if (!family.gauges.empty()) {
      out += "# TYPE " + name + " gauge\n";
      for (const auto& [labels, series] : family.gauges) out += sample(name, labels, number(series->value()));
    } else {
      out += "# TYPE " + name + " histogram\n";
      for (const auto& [labels, series] : family.histograms) out += samples(name, labels, *series);
    }
  }
  return out;
}

}  // namespace solder::admin
