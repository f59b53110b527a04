// xds-clients holds clients of an xDS server and does what it is told, one JSON object a line on standard input:
//
//	{"do":"connect","address":"127.0.0.1:9977","kind":"delta","role":"...","clients":1000,"routes":[...]}
//	{"do":"change","change":{...}}   {"do":"churn","churn":{...}}   {"do":"disconnect"}
//
// and answers each with one on standard output; {"error":"..."} where it could not. Ends with its input.
package main

import (
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"
	"time"

	"solder/bench/peers/clients"
	"solder/bench/peers/discovery"
)

type command struct {
	Do      string         `json:"do"`
	Address string         `json:"address"`
	Kind    discovery.Kind `json:"kind"`
	Role    string         `json:"role"`
	Clients int            `json:"clients"`
	Routes  []string       `json:"routes"` // null: subscribe as an Envoy does
	Change  clients.Change `json:"change"`
	Churn   clients.Churn  `json:"churn"`
	Seconds float64        `json:"seconds"` // patience
}

func (c *command) patience() time.Duration { return time.Duration(c.Seconds * float64(time.Second)) }

type session struct{ fleet *clients.Fleet }

func (s *session) do(c *command) (any, error) {
	switch c.Do {
	case "connect":
		s.disconnect()
		fleet, connected, err := clients.Connect(c.Address, c.Kind, c.Role, c.Routes, c.Clients, c.patience())
		s.fleet = fleet
		return connected, err
	case "disconnect":
		s.disconnect()
		return struct{}{}, nil
	}
	if s.fleet == nil {
		return nil, errors.New("nothing is connected")
	}
	switch c.Do {
	case "change":
		return s.fleet.Change(c.Change, c.patience())
	case "churn":
		return s.fleet.Churn(c.Churn, c.patience())
	}
	return nil, errors.New("unknown command " + c.Do)
}

func (s *session) disconnect() {
	if s.fleet != nil {
		s.fleet.Close()
		s.fleet = nil
	}
}

func main() {
	in, out := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	var now session
	for {
		c := command{Clients: 1, Seconds: 120}
		if err := in.Decode(&c); err == io.EOF {
			return
		} else if err != nil {
			log.Fatal(err)
		}
		answer, err := now.do(&c)
		if err != nil {
			answer = map[string]string{"error": err.Error()}
		}
		if err := out.Encode(answer); err != nil {
			log.Fatal(err)
		}
	}
}
