"""Labs: network namespaces, captures, real web servers, client load and QEMU guests, for tests and for
`make run`. A Lab owns what it makes and takes all of it away again, however the process ends."""
