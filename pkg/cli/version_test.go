package cli

import (
	"runtime/debug"
	"testing"
)

func TestBuildOf(t *testing.T) {
	vcs := func(modified string) []debug.BuildSetting {
		return []debug.BuildSetting{
			{Key: "-trimpath", Value: "true"}, {Key: "vcs", Value: "git"}, {Key: "vcs.revision", Value: "50231c0"},
			{Key: "vcs.time", Value: "2026-01-04T10:00:00Z"}, {Key: "vcs.modified", Value: modified},
		}
	}
	of := func(version string, settings []debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: settings}
	}
	const when = "2026-01-04T10:00:00Z"
	for name, c := range map[string]struct {
		info *debug.BuildInfo
		want build
	}{
		"nothing is known":              {nil, build{version: "v0.0.0-dev"}},
		"go build -buildvcs=false":      {of("(devel)", nil), build{version: "v0.0.0-dev"}},
		"go test":                       {of("", nil), build{version: "v0.0.0-dev"}},
		"go install @latest":            {of("v1.2.3", nil), build{version: "v1.2.3"}},
		"go build of a tag":             {of("v1.2.3", vcs("false")), build{"v1.2.3", "50231c0", when}},
		"go build with changes":         {of("v1.2.3+dirty", vcs("true")), build{"v1.2.3+dirty", "50231c0", when}},
		"a commit that has no version":  {of("(devel)", vcs("false")), build{"v0.0.0-dev", "50231c0", when}},
		"changes that no version tells": {of("(devel)", vcs("true")), build{"v0.0.0-dev+dirty", "50231c0", when}},
	} {
		if got := buildOf(c.info); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
