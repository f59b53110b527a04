module solder

go 1.19
