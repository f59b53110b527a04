-- Behind the signature: whatever went wrong before, nothing leaves that is not a signed call of a function.
function envoy_on_request(handle)
  local headers = handle:headers()
  local signature, path = headers:get("authorization") or "", headers:get(":path") or ""
  local signed = signature:sub(1, 17) == "AWS4-HMAC-SHA256 "
  if signed and headers:get(":method") == "POST" and path:sub(1, 22) == "/2015-03-31/functions/" then return end
  handle:respond({[":status"] = "500", ["content-type"] = "text/plain"},
                 signed and "the request could not be made for AWS upstream" or "no credentials present for AWS upstream")
end
