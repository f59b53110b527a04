// Shelves by huma: OpenAPI 3.1, as JSON and as YAML.
package main

import (
	"context"
	"net"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

type shelf struct {
	Body struct {
		Called string `json:"called"`
		ID     int    `json:"id"`
		Sort   string `json:"sort"`
		Name   string `json:"name"`
		Size   int    `json:"size"`
		Token  string `json:"token"`
	}
}

type get struct {
	ID    int    `path:"id"`
	Sort  string `query:"sort" enum:"up,down" default:"up"`
	Token string `header:"X-Token"`
}

type change struct {
	ID   int `path:"id"`
	Body struct {
		Name string `json:"name" maxLength:"20"`
		Size int    `json:"size,omitempty"`
	}
}

func serveShelves(listener net.Listener) error {
	mux := http.NewServeMux()
	api := humago.New(mux, huma.DefaultConfig("shelves", "1.0.0"))
	huma.Register(api, huma.Operation{OperationID: "get-shelf", Method: http.MethodGet, Path: "/shelves/{id}"}, func(_ context.Context, in *get) (*shelf, error) {
		out := &shelf{}
		out.Body.Called, out.Body.ID, out.Body.Sort, out.Body.Token = "get", in.ID, in.Sort, in.Token
		return out, nil
	})
	huma.Register(api, huma.Operation{OperationID: "change-shelf", Method: http.MethodPut, Path: "/shelves/{id}"}, func(_ context.Context, in *change) (*shelf, error) {
		out := &shelf{}
		out.Body.Called, out.Body.ID, out.Body.Name, out.Body.Size = "change", in.ID, in.Body.Name, in.Body.Size
		return out, nil
	})
	return http.Serve(listener, mux)
}
