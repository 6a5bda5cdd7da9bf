#!/usr/bin/env bash
# Plays a failover on an embedded cluster and draws it: `make docs-picture`.
set -euo pipefail
cd "$(dirname "$0")/.."

dir=.cluster-picture
trap 'bin/cluster --dir "$dir" down' EXIT
bin/cluster --dir "$dir" up > /dev/null
export KUBECONFIG="$PWD/$dir/kubeconfig" PATH="$PWD/bin:$PATH"
kubectl config set-context --current --namespace=demo > /dev/null
bin/picture -o docs/failover.svg
echo "docs/failover.svg: $(wc -c < docs/failover.svg) bytes"
