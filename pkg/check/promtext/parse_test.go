package promtext

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/proto"
)

func TestParse(t *testing.T) {
	for text, want := range map[string][]string{
		"":                                         nil,
		"\n \t\n# a comment\n#\n":                  nil,
		"# TYPE up gauge\nup 1\n":                  {"up 1"},
		"up 1\n \t":                                {"up 1"},
		"\tup\t1 1767520800000 \n":                 {"up 1"},
		"up{} 1\n":                                 {"up 1"},
		"up {a=\"x\" , b = \"y\",} 1\n":            {`up{a="x", b="y"} 1`},
		`up{a="\\ \" \n"} 1` + "\n":                {`up{a="\\ \" \n"} 1`},
		`up{b="y",a="}"}1` + "\n":                  {`up{a="}", b="y"} 1`},
		`{"http.requests","c-d"="x"} 12` + "\n":    {`{"http.requests", "c-d"="x"} 12`},
		`{"up"} 1` + "\n":                          {"up 1"},
		"a:b 1e3\nb +Inf\nc -Inf\nd NaN\ne -0.5\n": {"a:b 1000", "b +Inf", "c -Inf", "d NaN", "e -0.5"},
	} {
		samples, err := Parse([]byte(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if diff := cmp.Diff(want, written(samples)); diff != "" {
			t.Errorf("%q: want (-), got (+):\n%s", text, diff)
		}
	}
}

func written(samples []Sample) (lines []string) {
	for _, s := range samples {
		lines = append(lines, s.String()+" "+model.SampleValue(s.Value).String())
	}
	return lines
}

func TestParseErrors(t *testing.T) {
	for text, want := range map[string]string{
		"up 1":                        "in line 1: unexpected end of input",
		"# TYPE up":                   "in line 1: unexpected end of input",
		"\nup one\n":                  `in line 2: expected float as value, got "one"`,
		"up 0x1p-2\n":                 `expected float as value, got "0x1p-2"`,
		"up 1_000\n":                  `expected float as value, got "1_000"`,
		"up\n":                        "expected float as value, got nothing",
		"up 1\r\n":                    `expected float as value, got "1\r"`,
		"up 1 now\n":                  `expected integer as timestamp, got "now"`,
		"up 1 2 3\n":                  `spurious string after timestamp: "3"`,
		"<html>\n":                    "invalid metric name",
		"9up 1\n":                     "invalid metric name",
		`{"up":1}` + "\n":             `expected ',' or '}' after label "up"`,
		`{a="x"} 1` + "\n":            "invalid metric name",
		`up{"down"} 1` + "\n":         `expected '=' after label name "down"`,
		`up{a} 1` + "\n":              `expected '=' after label name "a"`,
		`up{a="x" b="y"} 1` + "\n":    `expected ',' or '}' after label "a"`,
		`up{a="x",a="y"} 1` + "\n":    `duplicate label "a"`,
		`up{a=x} 1` + "\n":            `value of label "a": expected '"'`,
		`up{a="x} 1` + "\n":           `value of label "a": unescaped new-line`,
		`up{a="\` + "\n":              `value of label "a": unescaped new-line`,
		`up{a="\q"} 1` + "\n":         `value of label "a": invalid escape sequence '\q'`,
		`up{,} 1` + "\n":              `invalid label name for metric "up"`,
		`up{` + "\n":                  `invalid label name for metric "up"`,
		`up{a="` + "\xff\"} 1" + "\n": "invalid UTF-8",
	} {
		if _, err := Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
		if _, err := theirs(text); err == nil {
			t.Errorf("%q: expfmt reads it", text)
		}
	}
}

// theirs are the samples that expfmt reads.
func theirs(text string) ([]string, error) {
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	var samples []Sample
	for _, family := range families {
		of, err := expfmt.ExtractSamples(&expfmt.DecodeOptions{}, family)
		if err != nil {
			return nil, err
		}
		for _, one := range of {
			s := Sample{Name: string(one.Metric[model.MetricNameLabel]), Labels: map[string]string{}, Value: float64(one.Value)}
			for label, value := range one.Metric {
				if label != model.MetricNameLabel {
					s.Labels[string(label)] = string(value)
				}
			}
			samples = append(samples, s)
		}
	}
	return written(samples), nil
}

// TestReadsWhatPrometheusWrites compares with expfmt's reading of what expfmt writes.
func TestReadsWhatPrometheusWrites(t *testing.T) {
	odd := []*dto.LabelPair{{Name: proto.String("odd"), Value: proto.String("\\ \"} # \n,=é")}, {Name: proto.String("a-b"), Value: proto.String("")}}
	var text bytes.Buffer
	for _, family := range []*dto.MetricFamily{
		{Name: proto.String("up"), Help: proto.String("a\\b\nc"), Type: dto.MetricType_GAUGE.Enum(), Metric: []*dto.Metric{
			{Gauge: &dto.Gauge{Value: proto.Float64(1)}},
			{Label: odd, Gauge: &dto.Gauge{Value: proto.Float64(math.Inf(-1))}, TimestampMs: proto.Int64(-5)},
		}},
		{Name: proto.String("http.requests"), Type: dto.MetricType_COUNTER.Enum(), Metric: []*dto.Metric{
			{Label: odd, Counter: &dto.Counter{Value: proto.Float64(1.5e-9)}},
		}},
		{Name: proto.String("latency"), Type: dto.MetricType_HISTOGRAM.Enum(), Metric: []*dto.Metric{{Label: odd, Histogram: &dto.Histogram{
			SampleCount: proto.Uint64(7), SampleSum: proto.Float64(math.NaN()),
			Bucket: []*dto.Bucket{{UpperBound: proto.Float64(0.5), CumulativeCount: proto.Uint64(5)}, {UpperBound: proto.Float64(math.Inf(1)), CumulativeCount: proto.Uint64(7)}},
		}}}},
		{Name: proto.String("gc"), Type: dto.MetricType_SUMMARY.Enum(), Metric: []*dto.Metric{{Summary: &dto.Summary{
			SampleCount: proto.Uint64(7), SampleSum: proto.Float64(1e21), Quantile: []*dto.Quantile{{Quantile: proto.Float64(0.9), Value: proto.Float64(3)}},
		}}}},
	} {
		if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
			t.Fatal(err)
		}
	}
	want, err := theirs(text.String())
	if err != nil {
		t.Fatal(err)
	}
	samples, err := Parse(text.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	got := written(samples)
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" || len(got) != 10 {
		t.Errorf("%d samples of\n%s\ntheirs (-), ours (+):\n%s", len(got), &text, diff)
	}
}

// FuzzParse: what both read, both read alike. Without types, expfmt rejects and rewrites less.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"up 1\n", "up{a=\"x\\n\"} +Inf 5\n", "{\"a b\",c=\"d\"} 1e3\n", "# x\n\na:b NaN\n", "up{a=\"x\",} 1\nup 2\n"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		samples, err := Parse([]byte(text))
		want, theirErr := theirs(text)
		if err != nil || theirErr != nil || strings.Contains(text, "#") {
			return
		}
		got := written(samples)
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: theirs (-), ours (+):\n%s", text, diff)
		}
	})
}
