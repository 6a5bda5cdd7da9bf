#!/usr/bin/env bash
# The scenarios, with more arguments for go test. What loads a machine so much that others beside it would fail for lack of time
# is `make faults`.
set -euo pipefail
cd "$(dirname "$0")"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
scenarios() {
	go test -count=1 -timeout 20m -skip '^(TestFaults|TestClusterFaults)$' "$@" ./scenarios/... | tee "$log"
}
scenarios "$@" && exit

# Machines are shared, and kubelets late: tests that failed have one more chance, which is told. A run that died has none,
# however it did: tests that it never came to would count as passed. That it came to all of them, and that the cluster went
# in the end, is its own last word.
if ! grep -qxF 'All tests have ended.' "$log" || grep -qE '^(panic|fatal error):|\[(build|setup) failed\]' "$log"; then
	exit 1
fi
any() { sort -u | sed 's/[][().*+?^$|{}\\]/\\&/g' | paste -sd '|' -; }
failed() { sed -nE "s/^$1--- FAIL: ([^ ]+) .*/\1/p" "$log"; }
tests=$(failed '' | any)
[ -n "$tests" ] || exit 1
again="^($tests)\$"
# Of a test of many parts those that failed, if all that failed are such tests.
if [ "$(failed '    ' | cut -d/ -f1 | any)" = "$tests" ]; then
	again+="/^($(failed '    ' | cut -d/ -f2 | any))\$"
fi
echo "Once more: $again"
scenarios "$@" -run "$again" && ! grep -q 'no tests to run' "$log"
