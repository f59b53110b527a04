#include "service_watch.h"

#include <utility>

namespace solder::plugins::consul {

Question question_of(const UpstreamSpec& spec, const std::string& data_center) {
  std::string out = spec.connect ? "/v1/health/connect/" : "/v1/health/service/";
  out += in_url(spec.service, false) + "?";
  if (!data_center.empty()) out += "dc=" + in_url(data_center, false);
  return {out, spec.consistency, spec.cached};
}

ServiceWatch::ServiceWatch(const sdk::Host& host, Api& api, const Question& question, const std::string& service,
                           std::function<void()> changed)
    : api_(api),
      changed_(std::move(changed)),
      service_(service),
      query_(host, api, question, "the service " + service,
             "service \"" + service + "\" { policy = \"read\" } and node_prefix \"\" { policy = \"read\" }",
             {[this](const Reply& reply, bool) { take(reply); },
              [this] {
                troubled_ += query_.trouble() ? 1 : 0;
                changed_();
              }}) {}

void ServiceWatch::take(const Reply& reply) {
  auto read = read_instances(reply.body, api_.settings().health);
  std::optional<Trouble> trouble;
  if (!read) {
    trouble = {"ReadFailed", "what is answered about the service " + service_ + " is no list of instances", ""};
    query_.forget_index();
    query_.next(std::chrono::seconds(5));
  } else {
    if (reply.filtered) {
      trouble = {"AccessDenied", "some instances of the service " + service_ + " cannot be read; what was found stays",
                 "service \"" + service_ + "\" { policy = \"read\" } and node_prefix \"\" { policy = \"read\" }"};
    }
    query_.next();
  }
  const bool other = trouble != trouble_;
  trouble_ = std::move(trouble);
  // Of what the token may not see nothing is known: it is not gone.
  const bool take_it = read && (!reply.filtered || (!instances_ && !read->empty()));
  const bool news = take_it && (!instances_ || *instances_ != *read);
  if (take_it) instances_ = std::move(read);
  troubled_ += trouble_ ? 1 : 0;
  if (news || other) changed_();
}

}  // namespace solder::plugins::consul
