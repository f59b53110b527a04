//! The route option `canary`: requests whose header has a certain value go to another upstream.
//!
//! ```yaml
//! options:
//!   canary:
//!     header: x-canary
//!     upstreams: {new: {name: petstore-v2}}
//!     otherwise: {name: petstore}
//! ```
//!
//! Envoy chooses the cluster by its matcher cluster specifier, so that one route serves all of them. An upstream that is
//! not there is a problem of the route, and none any more as soon as somebody makes it.
use solder::json::Value;
use solder::{json, Action, Host, OptionInput, Options, Out, Plugin, Problem};

struct Canary;

impl Plugin for Canary {
    fn create(_host: Host, _config: &Value) -> Result<Self, Problem> {
        Ok(Canary)
    }
}

/// The name of an upstream's cluster; a problem where the upstream is not there.
fn cluster_of(upstream: &Value, field: &str, input: &OptionInput, out: &mut Out) -> String {
    let name = upstream.get("name").as_str().unwrap_or_default();
    let namespace = upstream.get("namespace").as_str().unwrap_or(input.object().namespace);
    if out.lookup("Upstream", namespace, name).is_none() {
        let problem = Problem::new("MissingUpstream", format!("there is no Upstream {namespace}/{name}"));
        out.error(problem.field(field));
    }
    format!("{name}_{namespace}")
}

fn choose(cluster: &str) -> Value {
    json!({"action": {
        "name": "cluster",
        "typedConfig": {
            "@type": "type.googleapis.com/envoy.extensions.router.cluster_specifiers.matcher.v3.ClusterAction",
            "cluster": cluster
        }
    }})
}

impl Options for Canary {
    fn options(&self, input: &OptionInput, out: &mut Out) {
        if input.action() != Action::Forward {
            out.error(Problem::new("NoUpstreamToReplace", "only a route that forwards to an upstream can have a canary"));
            return;
        }
        let value = input.value();
        let mut by_value = Vec::new();
        for (header_value, upstream) in value.get("upstreams").members() {
            // A JSON pointer's own two characters.
            let field = format!("/upstreams/{}", header_value.replace('~', "~0").replace('/', "~1"));
            by_value.push((header_value.clone(), choose(&cluster_of(upstream, &field, input, out))));
        }
        if by_value.is_empty() {
            out.error(Problem::new("NoCanary", "no value of the header has an upstream").field("/upstreams"));
            return;
        }
        let otherwise = choose(&cluster_of(value.get("otherwise"), "/otherwise", input, out));
        let header = value.get("header").as_str().unwrap_or("x-canary").to_ascii_lowercase();
        let map = Value::Object(by_value);
        let specifier = json!({
            "@type": "type.googleapis.com/envoy.extensions.router.cluster_specifiers.matcher.v3.MatcherClusterSpecifier",
            "clusterMatcher": {
                "matcherTree": {
                    "input": {
                        "name": "header",
                        "typedConfig": {
                            "@type": "type.googleapis.com/envoy.type.matcher.v3.HttpRequestHeaderMatchInput",
                            "headerName": header
                        }
                    },
                    "exactMatchMap": {"map": map}
                },
                "onNoMatch": otherwise
            }
        });
        let action = json!({"inlineClusterSpecifierPlugin": {"extension": {"name": "canary", "typedConfig": specifier}}});
        out.fragment("route_action", &action);
    }
}

solder::plugin! {
    plugin: Canary,
    name: "canary",
    version: "1.0.0",
    manifest: include_str!("../manifest.json"),
    capabilities: [options],
}
