# Names the network cards by rule; the same sources over a made-up machine in the tests.
libsrc-ports := hw/ports.c hw/ports_cmd_io.c hw/nic_table.c services/base/parse.c

programs += trireme-ports
trireme-ports-src := $(libsrc-ports) hw/ports_main.c hw/ports_io.c services/base/file_io.c \
	services/base/netlink_io.c
trireme-ports-pkg := libmnl

tests += test_hw_ports
test_hw_ports-src := hw/tests/test_ports.c hw/ports.c services/base/parse.c
test_hw_ports-pkg := cmocka

tests += test_hw_nic_table
test_hw_nic_table-src := hw/tests/test_nic_table.c hw/nic_table.c services/base/parse.c \
	services/base/file_io.c
test_hw_nic_table-pkg := cmocka

tests += test_hw_ports_golden
test_hw_ports_golden-src := hw/tests/test_ports_golden.c hw/ports_fake.c $(libsrc-ports) \
	services/base/file_io.c
test_hw_ports_golden-pkg := cmocka
