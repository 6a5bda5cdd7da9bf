#!/usr/bin/env bash
# A walk through kubectl leader on an embedded cluster: `make demo`, or `make demo KEEP=1` to keep the cluster.
set -euo pipefail
cd "$(dirname "$0")/.."

dir=${CLUSTER:-.cluster-demo}
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi

# A terminal breaks long lines in the middle of words.
width=0
if [ -t 1 ] && { size=$(stty size <&3 2>/dev/null); } 3>&1; then width=${size#* }; fi
folded() { if [ "$width" -gt 2 ]; then fold -s -w "$((width - ${1:-0}))"; else cat; fi; }

say() {
	printf '\n%s' "$bold"
	printf '%s\n' "$*" | folded 2 | sed 's/^/# /'
	printf '%s' "$plain"
}
# show prints a command as one would type it, and runs it.
show() { printf '$ %s\n' "$*"; eval "$*"; }

forward_pid='' logs_pid='' scratch=$(mktemp -d)
cleanup() {
	code=$?
	trap - EXIT INT TERM
	for pid in $forward_pid $logs_pid; do
		if kill -INT "$pid" 2>/dev/null; then wait "$pid" 2>/dev/null || true; fi
	done
	if [ -z "${KEEP:-}" ]; then
		[ "$code" = 0 ] && say "Done. The cluster goes away; 'make demo KEEP=1' keeps it."
		bin/cluster --dir "$dir" down || code=1
	elif [ "$code" = 0 ]; then
		say "Done. The cluster stays until 'bin/cluster --dir $dir down':"
		cat "$scratch/env"
	fi
	rm -rf "$scratch"
	exit "$code"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "An embedded Kubernetes: etcd, API server, controllers, three nodes, and an operator with three replicas"
bin/cluster --dir "$dir" up > "$scratch/env"
KUBECONFIG="$PWD/$dir/kubeconfig"
case $dir in /*) KUBECONFIG=$dir/kubeconfig ;; esac
export KUBECONFIG PATH="$PWD/bin:$PATH"
kubectl config set-context --current --namespace=demo > /dev/null
show kubectl get pods

say "Three pods, and only one of them does the work. Which one?"
show kubectl leader holder demo-operator
show kubectl leader holder demo-operator -o wide

say "Forward a local port to whoever leads. It stays open for as long as the command runs"
exec 3>&1 # the forward's own lines go where ours go, in one stream: in their order
echo '$ kubectl leader port-forward demo-operator :8080 &'
kubectl-leader port-forward demo-operator :8080 > >(tee "$scratch/forward" | folded >&3) 2>&1 &
forward_pid=$!
for _ in $(seq 100); do
	grep -q '^pod .* leads' "$scratch/forward" 2>/dev/null && break
	kill -0 "$forward_pid" 2>/dev/null || { echo "port-forward ended" >&2; exit 1; }
	sleep 0.1
done
port=$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\) .*/\1/p' "$scratch/forward")

# No curl is needed: without one, the shell speaks HTTP itself.
if ! command -v curl > /dev/null; then
	curl() {
		local url=${*: -1} rest
		rest=${url#localhost:}
		exec 9<> "/dev/tcp/127.0.0.1/${rest%%/*}"
		printf 'GET /%s HTTP/1.0\r\nHost: localhost\r\n\r\n' "${rest#*/}" >&9
		sed '1,/^\r$/d' <&9
		exec 9>&-
	}
fi
show curl -sS "localhost:$port/state"

say "Follow the leader's log, too"
echo '$ kubectl leader logs -f demo-operator --since-acquired --prefix &'
kubectl-leader logs -f demo-operator --since-acquired --prefix > "$scratch/logs" 2> "$scratch/notices" &
logs_pid=$!
for _ in $(seq 100); do
	[ "$(grep -c seq= "$scratch/logs" || true)" -ge 3 ] && break
	sleep 0.1
done
grep seq= "$scratch/logs" | head -n 3 | folded
before=$(wc -l < "$scratch/logs")

say "Now the leader is deleted. The same port, asked again, waits for the next leader and answers from it"
# shellcheck disable=SC2016 # shown as one would type it
show 'kubectl delete "$(kubectl leader holder demo-operator -o name)" --wait=false'
show curl -sS "localhost:$port/state"

say "The log went on as well: the old leader's last words, a word on stderr, the new leader's first"
for _ in $(seq 100); do
	[ "$(grep -c 'acquired leader lock' "$scratch/logs" || true)" -ge 2 ] && grep -q 'shutting down' "$scratch/logs" && break
	sleep 0.1
done
tail -n "+$((before + 1))" "$scratch/logs" | grep 'shutting down' | folded || { echo "the old leader's last words are missing" >&2; exit 1; }
grep 'leads now' "$scratch/notices" | folded
tail -n "+$((before + 1))" "$scratch/logs" | grep 'acquired leader lock' | folded

say "And a verdict for scripts: exit code 0 yes, 1 no, 2 could not find out"
show kubectl leader holder demo-operator -o name
show 'kubectl leader holder no-such-lease || echo "exit code $?"'

say "What to try next:"
cat <<'TEXT'
  # The same cluster, to play with. It prints two export lines: run them
  make cluster-up

  # Follow the leader's log; then delete, crash or hang the leader in another
  # terminal
  kubectl leader logs -f demo-operator -n demo

  # Crash it: PORT is one that kubectl leader port-forward prints. /hang makes
  # it hang
  curl -X POST localhost:PORT/crash

  # In a script: the metrics of the leader
  kubectl leader port-forward demo-operator -n demo :8080 -- \
    sh -c 'curl -s localhost:$LOCAL_PORT/metrics'

  # Nothing is left of it
  make cluster-down
TEXT
