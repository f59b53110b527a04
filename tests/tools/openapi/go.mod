module solder/tests/openapi

go 1.23

require github.com/danielgtaylor/huma/v2 v2.32.0
