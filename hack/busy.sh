#!/usr/bin/env bash
# Runs a command several times beside four busy loops, and stops at the first failure: hack/busy.sh TIMES COMMAND...
set -euo pipefail
times=${1:?usage: hack/busy.sh TIMES COMMAND...}
shift
loops=()
trap 'kill "${loops[@]}"' EXIT
for _ in 1 2 3 4; do
	sh -c 'while :; do :; done' &
	loops+=($!)
done
for run in $(seq "$times"); do
	started=$SECONDS
	"$@"
	echo "Run $run of $times: passed in $((SECONDS - started)) s beside four busy loops."
done
