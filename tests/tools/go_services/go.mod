module solder/tests/go_services

go 1.23

require (
	github.com/danielgtaylor/huma/v2 v2.32.0
	google.golang.org/grpc v1.72.2
)
