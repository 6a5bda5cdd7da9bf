// dist makes a release: archives for all platforms, an SBOM of each, checksums, and the manifest for krew. The same commit
// and the same Go give the same bytes, on whatever machine and in whatever folder.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"time"

	"k8s.io/apimachinery/pkg/util/version"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	r := release{source: "."}
	var ldflags string
	flag.StringVar(&r.version, "version", "", "the release's version: its tag")
	flag.StringVar(&r.out, "out", "dist", "the folder to write to, which is created")
	flag.StringVar(&ldflags, "ldflags", "", "passed to the linker")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	if err := checkVersion(r.version); err != nil {
		return err
	}
	var err error
	if r.time, err = sourceDate(os.Getenv("SOURCE_DATE_EPOCH")); err != nil {
		return err
	}
	r.build = func(ctx context.Context, p platform, file string) error {
		return build(ctx, r.source, p, ldflags, file)
	}
	r.describe = describe
	return r.write(ctx)
}

// checkVersion refuses what krew would: no v, or no semantic version.
func checkVersion(v string) error {
	if len(v) == 0 || v[0] != 'v' {
		return fmt.Errorf("version %q: it has to begin with a v", v)
	}
	if _, err := version.ParseSemantic(v); err != nil {
		return fmt.Errorf("version %q: %w", v, err)
	}
	return nil
}

// sourceDate is the time that all files of the release bear (https://reproducible-builds.org/specs/source-date-epoch/).
func sourceDate(seconds string) (time.Time, error) {
	n, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("SOURCE_DATE_EPOCH=%q: it has to be the commit's time in seconds", seconds)
	}
	return time.Unix(n, 0).UTC(), nil
}
