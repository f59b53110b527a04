-- Before Envoy asks for a token itself: where it gets none, the client's own must not stand in for it.
function envoy_on_request(handle)
  handle:headers():remove("authorization")
end
