#!/usr/bin/env bash
# The scenarios against the control planes of other versions of Kubernetes, one after the other: compat.sh v1.30 v1.37.
# What does not ask the API server, or measures more than it asks, is left to `make test`.
set -euo pipefail
cd "$(dirname "$0")"
skip='^Test(Faults|ClusterFaults'                                                        # make faults
skip+='|K9s.*|ExamplesAreLinted|CompletionInBash|Vocabulary'                             # other programs
skip+='|ConnectionFlags|FilesOfThePage'                                                  # the command line
skip+='|WaitingIsShown|LinesFitTheTerminal|Colour|WatchOnATerminal|WatchSignals|Signals' # terminals and processes
skip+='|StalledReader|NothingLeaks|Bulk|TwentyFailoversUnderLoad|LogsToASlowReader)$'    # load

code=0
for version in "$@"; do
	logs=../.test-output/$version
	mkdir -p "$logs"
	started=$SECONDS result=passed
	if ! E2E_KUBERNETES=$version go run ./cmd/gotest -output "$logs" -- -count=1 -timeout 60m -skip "$skip" ./scenarios/... > "$logs/run.log" 2>&1; then
		result=FAILED code=1
		cat "$logs/run.log"
	fi
	took=$((SECONDS - started))
	number=$(sed -n 's/^.*k8s.io\/kubernetes v/v/p' "compat/$version/go.mod")
	printf '%-10s %s in %dm%02ds\n' "$number" "$result" $((took / 60)) $((took % 60))
done
exit $code
