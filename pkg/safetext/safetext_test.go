package safetext

import "testing"

func TestLine(t *testing.T) {
	for text, want := range map[string]string{
		"op-0_uuid":      "op-0_uuid",
		"größe 領導":       "größe 領導",
		"\x1b[2J":        `\x1b[2J`,
		"\u009b2J":       `\u009b2J`,
		"a\nb\tc":        `a\nb\tc`,
		"\u202egnp.exe":  `\u202egnp.exe`,
		"not utf-8 \xff": `not utf-8 ` + "\ufffd",
		`\x1b`:           `\x1b`,
	} {
		if got := Line(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if again := Line(Line(text)); again != want {
			t.Errorf("%q: %q the second time", text, again)
		}
	}
}

func TestKeeping(t *testing.T) {
	ascii := func(r rune) bool { return ' ' <= r && r <= '~' }
	if got, want := Keeping("é 領 \t", ascii), `\u00e9 \u9818 \t`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
