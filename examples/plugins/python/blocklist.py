"""`blocklist` on a virtual host: requests of these user agents get 403. An HTTP filter at the stage "waf", which stands
disabled on the listener until a virtual host switches it on.

    virtualHost:
      options:
        blocklist: {agents: ["badbot", "scraper/1"]}
"""
import json

import solder

FILTER = "blocklist.example.com"  # any name; the type says what it is
LUA = "envoy.extensions.filters.http.lua.v3"

solder.plugin(version="1.0.0", summary="Refuses user agents", filters=[(FILTER, "waf")])

SCHEMA = {
    "type": "object",
    "required": ["agents"],
    "properties": {"agents": {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}},
}

CODE = """
function envoy_on_request(handle)
  local agent = string.lower(handle:headers():get("user-agent") or "")
  for _, word in ipairs({%s}) do
    if string.find(agent, word, 1, true) then
      handle:respond({[":status"] = "403"}, "not for you\\n")
    end
  end
end
"""


@solder.option("virtual_host", "blocklist", schema=SCHEMA)
def blocklist(item: solder.Option, out: solder.Out) -> None:
    agents = item.value["agents"]
    for i, agent in enumerate(agents):
        if agent != agent.strip():
            out.warning("spaces around a user agent are part of it", reason="SpacesInAgent", field=f"/agents/{i}", found=agent)
    words = ", ".join(json.dumps(agent.lower()) for agent in agents)
    out.filter("waf", FILTER, {}, type=LUA + ".Lua", disabled=True)
    out.per_filter(FILTER, {"sourceCode": {"inlineString": CODE % words}}, type=LUA + ".LuaPerRoute", field="/agents")
