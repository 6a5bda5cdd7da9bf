package identity

import (
	"testing"
	"time"
)

func TestMoveKeepsTheFormOfATime(t *testing.T) {
	const span = 24*time.Hour + 1500*time.Millisecond
	for from, want := range map[string]string{
		"2021-05-04T10:05:00Z":             "2021-05-05T10:05:01Z",
		"2026-01-04T10:00:32.654321Z":      "2026-01-05T10:00:34.154321Z",
		"2026-01-04T10:00:32.123456789Z":   "2026-01-05T10:00:33.623456789Z",
		"2026-01-04 10:00:32.654321":       "2026-01-05 10:00:34.154321",
		"2026-01-04 10:00:32":              "2026-01-05 10:00:33",
		"2026-01-04T10:00:32.654321+00:00": "2026-01-05T10:00:34.154321+00:00",
		"2026-01-04T10:00:32+02:00":        "2026-01-05T10:00:33+02:00",
		"2026-01-04T10:00:32.5+0000":       "2026-01-05T10:00:34.0+0000",
		"1767520832":                       "1767607233",
		"1767520832.654321000":             "1767607234.154321000",
		"1767520832.6":                     "1767607234.1",
		"1718200001234":                    "1718286402734",
		"PT15S":                            "PT15S",
		"15.000000000":                     "15.000000000",
		"30":                               "30",
		"":                                 "",
		"2026-13-04T10:00:32Z":             "2026-13-04T10:00:32Z",
	} {
		if got := move(from, span); got != want {
			t.Errorf("%s: got %s, want %s", from, got, want)
		}
	}
}

func TestANaiveTimeIsUTC(t *testing.T) {
	want := time.Date(2026, 1, 4, 10, 0, 32, 0, time.UTC)
	for _, text := range []string{"2026-01-04 10:00:32", "2026-01-04T10:00:32Z", "2026-01-04T12:00:32+02:00", "1767520832", "1767520832000"} {
		if got, ok := parseMoment(text); !ok || !got.Equal(want) {
			t.Errorf("%s: got %v, %v", text, got, ok)
		}
	}
	if at, ok := parseMoment("yesterday"); ok {
		t.Errorf("yesterday: got %v", at)
	}
}
