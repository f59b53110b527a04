-- An event is known by its key, the caller's own or one that is given here, over tries and copies; the answer tells it.
-- For scripts of plugins whose requests nobody waits for: docs/events.md.
local function keep_key(handle)
  local headers = handle:headers()
  local key = headers:get("idempotency-key")
  if key == nil then
    key = headers:get("x-request-id") or string.format("%d-%d", handle:timestamp(), math.random(2 ^ 31))
    headers:add("idempotency-key", key)
  end
  handle:streamInfo():dynamicMetadata():set("solder.events", "key", key)
end

local function tell_key(handle)
  local kept = handle:streamInfo():dynamicMetadata():get("solder.events")
  if kept then handle:headers():replace("idempotency-key", kept["key"]) end
end
