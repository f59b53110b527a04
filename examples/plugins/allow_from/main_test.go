package main

import (
	"encoding/json"
	"testing"

	"solder"
)

// What a plugin says can be looked at without a host.
func TestWhatIsNoNetworkIsNamed(t *testing.T) {
	out := solder.NewOut()
	allowFrom{}.Options(&solder.OptionInput{Value: json.RawMessage(`["10.1.0.0/8", "ten"]`)}, out)
	problems := out.Problems()
	if len(problems) != 2 || problems[0].Expected != "10.0.0.0/8" || problems[1].Field != "/1" || !out.Failed() {
		t.Error(problems)
	}
}
