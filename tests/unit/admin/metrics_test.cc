// Metrics as Prometheus reads them.
#include "core/admin/metrics.h"

#include <gtest/gtest.h>

#include <limits>
#include <thread>

namespace solder::admin::metrics_test {
namespace {

TEST(Metrics, TextHasFamiliesInOrderOfNameAndLabels) {
  Metrics metrics;
  metrics.counter("solder_xds_acks_total", "Acknowledged responses.").add(3);
  metrics.gauge("solder_objects", "Objects by \\ state.", {{"state", "Warning"}}).set(1.5);
  metrics.gauge("solder_objects", "", {{"state", "a \"quoted\"\nline\\"}}).set(std::numeric_limits<double>::infinity());
  EXPECT_EQ(metrics.text(),
            "# HELP solder_objects Objects by \\\\ state.\n"
            "# TYPE solder_objects gauge\n"
            "solder_objects{state=\"Warning\"} 1.5\n"
            "solder_objects{state=\"a \\\"quoted\\\"\\nline\\\\\"} +Inf\n"
            "# HELP solder_xds_acks_total Acknowledged responses.\n"
            "# TYPE solder_xds_acks_total counter\n"
            "solder_xds_acks_total 3\n");
}

TEST(Metrics, HistogramsCountUpToTheirBounds) {
  Metrics metrics;
  auto& histogram = metrics.histogram("solder_translation_seconds", "Time.", {0.1, 1}, {{"step", "all"}});
  for (const double value : {0.05, 0.1, 0.5, 7.0}) histogram.observe(value);
  EXPECT_EQ(metrics.text(),
            "# HELP solder_translation_seconds Time.\n"
            "# TYPE solder_translation_seconds histogram\n"
            "solder_translation_seconds_bucket{le=\"0.1\",step=\"all\"} 2\n"
            "solder_translation_seconds_bucket{le=\"1\",step=\"all\"} 3\n"
            "solder_translation_seconds_bucket{le=\"+Inf\",step=\"all\"} 4\n"
            "solder_translation_seconds_sum{step=\"all\"} 7.65\n"
            "solder_translation_seconds_count{step=\"all\"} 4\n");
}

TEST(Metrics, AreCountedByManyThreads) {
  Metrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&metrics] {
      for (int j = 0; j < 1000; ++j) {
        metrics.counter("solder_events_total", "").add();
        metrics.histogram("solder_event_seconds", "", {1}).observe(1);
        if (j % 100 == 0) {
          EXPECT_FALSE(metrics.text().empty());
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(metrics.counter("solder_events_total", "").value(), 4000u);
  EXPECT_EQ(metrics.histogram("solder_event_seconds", "", {}).read().cumulative.back(), 4000u);
}

}  // namespace
}  // namespace solder::admin::metrics_test
