#!/bin/sh
# The unit tests of the page (src/*/*.test.ts), in what `prepare` has built. Prints TAP.
set -eu
cd "$(dirname "$0")/../../../../build/web-ui"
npm run -s test
