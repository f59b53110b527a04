module example.test/plugin

go 1.19

require solder v0.0.0

replace solder => ./sdk/go
