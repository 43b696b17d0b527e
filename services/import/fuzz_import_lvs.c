// SPDX-License-Identifier: GPL-2.0-or-later
/* libFuzzer: any bytes as an lvs.cf. What is taken must give a valid document. Run from the top. */
#include <stddef.h>
#include <stdint.h>

#include "import/tests/import_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	import_test_fuzz(data, size, IMPORT_LVS);
	return 0;
}
