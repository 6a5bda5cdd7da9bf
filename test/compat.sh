#!/usr/bin/env bash
# The scenarios against the control planes of other versions of Kubernetes, one after the other: compat.sh v1.30 v1.37.
# What does not ask the API server, or measures more than it asks, is left to `make test`.
set -euo pipefail
cd "$(dirname "$0")/.."
skip='^Test(Faults|ClusterFaults'                              # make faults
skip+='|K9s.*|ExamplesAreLinted|CompletionInBash|Vocabulary'   # other programs
skip+='|ConnectionFlags|FilesOfThePage'                        # the command line
skip+='|WaitingIsShown|LinesFitTheTerminal|Colour|WatchOnATerminal|WatchSignals|Signals' # terminals and processes
skip+='|StalledReader|NothingLeaks|Bulk|TwentyFailoversUnderLoad|LogsToASlowReader'      # load
skip+='|Identities)$'                                          # make identity

code=0
for version in "$@"; do
	log=bin/compat-$version.log
	started=$SECONDS result=passed
	if ! E2E_KUBERNETES=$version test/scenarios.sh -v -skip "$skip" < /dev/null > "$log" 2>&1; then
		result=FAILED code=1
		grep -v -e '^=== ' -e '^ *--- PASS' "$log" | tail -n 100
	fi
	took=$((SECONDS - started))
	number=$(sed -n 's/^.*k8s.io\/kubernetes v/v/p' "test/compat/$version/go.mod")
	printf '%-10s %s %4d:%02d  %d tests, all of it in %s\n' "$number" "$result" $((took / 60)) $((took % 60)) \
		"$(grep -c -- '^ *--- PASS' "$log" || true)" "$log"
done
exit $code
