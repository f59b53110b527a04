module finder

go 1.19

require solder v0.0.0

replace solder => ../../../../plugin_api/sdk/go
