#!/bin/sh
# Is the operator that was just deployed led, and well? For any CI that runs a shell.
#
#   verify-leader.sh LOCK [NAMESPACE [REPORT]]
#
# LOCK is the name of the Lease, or TYPE/NAME. REPORT is a file for the results in JUnit's format. The environment says more:
set -eu
if [ $# = 0 ] || [ -z "$1" ]; then
	echo "usage: verify-leader.sh LOCK [NAMESPACE [REPORT]]" >&2
	exit 2
fi
lock=$1
namespace=${2:-default}
report=${3:-leader.xml}
port=${PORT:-8080}           # of the leader's endpoint
endpoint=${ENDPOINT:-/state} # what to ask it for
jq=${JQ:-state}              # what to take from its answer
healthy=${HEALTHY:-healthy}  # what that has to be
timeout=${TIMEOUT:-2m}       # until all of it holds
# Exit codes: 0 it is, 1 it is not, 2 that could not be found out: the cluster, access, or this command line is to blame.

code=0
kubectl leader assert "$lock" -n "$namespace" --timeout="$timeout" --pod-ready --stable-for=5s \
	--port="$port" --path="$endpoint" --jq="$jq" --equals="$healthy" -o junit > "$report" || code=$?
case $code in
0) echo "$(kubectl leader holder "$lock" -n "$namespace" --timeout="$timeout") leads, and is well" ;;
1)
	echo "What whoever holds the lock, or held it last, has logged:" >&2
	kubectl leader logs "$lock" -n "$namespace" --allow-expired --tail=50 >&2 || echo "(it cannot be read)" >&2
	;;
*) echo "It could not be found out, which says nothing about the operator." >&2 ;;
esac
exit "$code"
