join-sides := services/join/protocol.c services/join/member.c services/join/machine.c

tests += test_join_code
test_join_code-src := services/join/tests/test_code.c services/join/code.c services/base/text.c
test_join_code-pkg := cmocka

tests += test_join_protocol
test_join_protocol-src := services/join/tests/test_protocol.c services/join/protocol.c
test_join_protocol-pkg := cmocka

tests += test_join_sides
test_join_sides-src := services/join/tests/test_sides.c $(join-sides)
test_join_sides-pkg := cmocka nettle

tests += test_join_bundle
test_join_bundle-src := services/join/tests/test_bundle.c services/proto/bundle.c
test_join_bundle-pkg := cmocka nettle

fuzzers += fuzz_join_protocol
fuzz_join_protocol-src := services/join/fuzz_protocol.c $(join-sides)
fuzz_join_protocol-pkg := nettle

fuzzers += fuzz_join_bundle
fuzz_join_bundle-src := services/join/fuzz_bundle.c services/proto/bundle.c
fuzz_join_bundle-pkg := nettle
