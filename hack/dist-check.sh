#!/usr/bin/env bash
# Checks what `make dist` has written, with krew itself: it takes the manifest, installs the archive of each platform, finds
# the program and a license in it; and the program for this machine runs and knows its version.
set -euo pipefail
cd "$(dirname "$0")/../dist"
read -ra krew <<< "$KREW"
read -ra validate <<< "$KREW_VALIDATE"

sha256sum --check --quiet checksums.txt
version=$(sed -n 's/^  version: //p' krew-manifest.yaml)
roots=$(mktemp -d)
trap 'rm -rf "$roots"' EXIT

# quietly COMMAND... shows what it prints only if it fails.
quietly() { "$@" > "$roots/log" 2>&1 || { cat "$roots/log" >&2; return 1; }; }
fail() { echo "error: $*" >&2; exit 1; }

cp krew-manifest.yaml "$roots/leader.yaml" # as it is called in the index
quietly "${validate[@]}" -skip-install -manifest "$roots/leader.yaml"
for os in darwin linux windows; do
	for arch in amd64 arm64; do
		archive=$(ls kubectl-leader_"$version"_"$os"_"$arch".{tar.gz,zip} 2> /dev/null || true)
		export KREW_ROOT=$roots/$os-$arch
		KREW_OS=$os KREW_ARCH=$arch quietly "${krew[@]}" install --manifest=krew-manifest.yaml --archive="$archive"
		program=$KREW_ROOT/bin/kubectl-leader
		[ $os != windows ] || program+=.exe
		[ -x "$program" ] || fail "krew did not install a program from $archive"
		[ -s "$(dirname "$(readlink "$program")")/LICENSE" ] || fail "krew did not install a license from $archive"
		if [ $os/$arch = "$(go env GOOS)/$(go env GOARCH)" ]; then
			said=$("$program" version)
			[[ $said == *"$version"* ]] || fail "the program in $archive says that it is $said"
		fi
		echo "krew installs $archive"
	done
done
