#!/bin/sh
# Does leadership survive? Three failovers of an operator, and what has to hold after each of them:
#
#   - its Lease is overwritten by hand, deleted, and at last its leader's pod is stopped;
#   - then another term has begun, of another holder but for the deletion; its leader is ready, healthy and stays for a
#     while, and no other pod takes itself for the leader.
#
#   failover.sh LEASE [NAMESPACE [SELECTOR]]
#
# SELECTOR finds the candidates' pods. All of it can be given by the environment, too, and more:
lease=${1:-${LEASE:-demo-operator}}
namespace=${2:-${NAMESPACE:-demo}}
selector=${3:-${SELECTOR:-app=$lease}}
port=${PORT:-8080}                               # of the leader's endpoint
path=${ENDPOINT:-/state}                         # what to ask it for
jq=${JQ:-state}                                  # what to take from its answer
healthy=${HEALTHY:-healthy}                      # what that has to be
claim_command=${CLAIM_COMMAND:-cat leader-token} # asks a pod whether it takes itself for the leader
claim=${CLAIM:-^valid}                           # what one says that does, a regular expression
steady=${STEADY:-2s}                             # how long a leader has to stay
timeout=${TIMEOUT:-60s}                          # for a failover
settle=${SETTLE:-}                               # how many seconds others may still take themselves for the leader
#
# Exit codes: 0 all holds, 1 it does not, or kubectl could not do its part, 2 it could not be found out who leads, or how.
set -eu

say() { printf '\n# %s\n' "$*"; }
fail() { printf 'FAIL  %s\n' "$*" >&2; exit 1; }

holder() { kubectl leader holder "$lease" -n "$namespace" --timeout="$timeout" "$@"; }

# term names a term. Transitions alone do not: they may begin at 0 again in a Lease that was deleted. Nor does acquireTime: a
# leader of client-go that creates its Lease again takes both along, and only the UID is another.
term() {
	kubectl get lease "$lease" -n "$namespace" \
		-o jsonpath='{.spec.leaseTransitions} transitions, acquired at {.spec.acquireTime}, Lease {.metadata.uid}'
}

# led asserts that there is a leader and that it is well, all of it in one term. More conditions are arguments.
led() {
	kubectl leader assert "$lease" -n "$namespace" --timeout="$timeout" --pod-ready --stable-for="$steady" "$@" \
		--port="$port" --path="$path" --jq="$jq" --equals="$healthy"
}

# ask tells what each pod says of itself, a line a pod. It fails while one of them cannot be asked, as it begins or ends.
ask() {
	pods=$(kubectl get pods -n "$namespace" -l "$selector" -o name) || return
	for pod in $pods; do
		# shellcheck disable=SC2086 # the command's words
		answer=$(kubectl exec -n "$namespace" "$pod" -- $claim_command 2>&1) || return
		if printf '%s\n' "$answer" | grep -Eq -- "$claim"; then echo "$pod leads"; else echo "$pod follows"; fi
	done
}

# only_leader checks that one pod takes itself for the leader, the one that holds the Lease, and that there are others which
# do not. A leader that has lost its Lease goes on until its renew deadline, which is shorter than the Lease lasts; and processes
# begin and end about a failover. So what is wrong counts when it is so after that time, twice in a row.
only_leader() {
	wait=${settle:-$(kubectl get lease "$lease" -n "$namespace" -o jsonpath='{.spec.leaseDurationSeconds}')}
	settled=$(($(date +%s) + wait))
	seen='' tries=0
	while [ "$tries" -lt $((wait + 30)) ]; do
		tries=$((tries + 1))
		if before=$(term) && answers=$(ask) && leader=$(holder -o name) && [ "$(term)" = "$before" ]; then
			leaders=$(printf '%s\n' "$answers" | sed -n 's/ leads$//p')
			if [ "$leaders" = "$leader" ] && printf '%s\n' "$answers" | grep -q ' follows$'; then
				printf '%s\n' "$answers"
				return
			fi
			if [ "$answers" = "$seen" ] && [ "$(date +%s)" -ge "$settled" ]; then
				printf '%s\n' "$answers"
				fail "$leader holds the Lease: it has to be the only one that leads, and others have to follow"
			fi
			seen=$answers
		fi
		sleep 1
	done
	fail "not all pods of $selector could be asked within one term: ${answers:-there are none}"
}

# remember keeps who leads now, and in which term.
remember() {
	old=$(holder -o jsonpath='{.holderIdentity}')
	old_term=$(term)
	say "$old leads ($old_term). $*"
}

# another_term checks what has to hold after a failover.
another_term() {
	led "$@"
	new_term=$(term)
	[ "$new_term" != "$old_term" ] || fail "the term is still the same: $old_term"
	echo "$new_term"
	only_leader
}

say "Lease $namespace/$lease: somebody leads, and nobody else does"
led
only_leader

remember "Its Lease is overwritten by hand"
kubectl patch lease "$lease" -n "$namespace" --type=merge -p '{"spec":{"holderIdentity":"overwritten-by-hand"}}'
another_term --changed-from="$old"

# Whoever is the first to create it again leads, which may be the same one.
remember "Its Lease is deleted"
kubectl delete lease "$lease" -n "$namespace"
another_term

remember "Its pod is stopped"
kubectl delete "$(holder -o name)" -n "$namespace" --wait=false
another_term --changed-from="$old"

say "Leadership survives"
