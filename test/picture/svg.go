package picture

import (
	"fmt"
	"html"
	"io"
	"strings"
	"time"
)

const (
	cellWidth, cellHeight = 8.0, 18.0
	margin                = 16.0
	titleHeight           = 26.0
	// hold is how long the end stays before it begins again.
	hold = 6 * time.Second
)

// colours are those of a terminal, by their numbers; the first one is the default.
var colours = []string{
	"#d1d7e0", "#656c76", "#ff7b72", "#7ee787", "#e3b341", "#79c0ff", "#d2a8ff", "#76e3ea", "#d1d7e0",
	"#8b949e", "#ffa198", "#9be9a8", "#f2cc60", "#a5d6ff", "#e2c5ff", "#b3f0ff", "#ffffff",
}

// Write writes the timeline as an SVG. It repeats; who has asked for less motion, and who cannot show any, sees how it ends.
func (t *Timeline) Write(out io.Writer) error {
	pieces, end := t.all(hold)
	width, height := 0.0, 0.0
	tops := make([]float64, len(t.Panes))
	for i, pane := range t.Panes {
		width = max(width, float64(pane.Columns)*cellWidth+2*margin)
		tops[i] = height + titleHeight
		height = tops[i] + float64(pane.Rows)*cellHeight + margin/2
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%g" height="%g" viewBox="0 0 %g %g" role="img">`+"\n", width, height, width, height)
	keys, names := keyframes(pieces, end)
	b.WriteString("<style>\n")
	b.WriteString("text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:" + colours[0] + ";white-space:pre}\n")
	b.WriteString(".t{fill:#8b949e;font-size:12px}.b{font-weight:bold}.d{opacity:.65}.u{text-decoration:underline}\n")
	for i, colour := range colours[1:] {
		if strings.Contains(used(pieces), fmt.Sprintf(" c%d ", i+1)) {
			fmt.Fprintf(&b, ".c%d{fill:%s}", i+1, colour)
		}
	}
	fmt.Fprintf(&b, "\n.a{visibility:hidden}.z{visibility:visible}\n@media (prefers-reduced-motion:no-preference){.a{animation:%.2fs step-end infinite}\n%s}\n</style>\n", end.Seconds(), keys)
	fmt.Fprintf(&b, `<rect width="%g" height="%g" rx="8" fill="#0d1117"/>`+"\n", width, height)
	for i, pane := range t.Panes {
		if i > 0 {
			fmt.Fprintf(&b, `<path d="M0 %gH%g" stroke="#30363d"/>`+"\n", tops[i]-titleHeight, width)
		}
		fmt.Fprintf(&b, `<text class="t" x="%g" y="%g">%s</text>`+"\n", margin, tops[i]-titleHeight+17, html.EscapeString(pane.Title))
	}
	for i, p := range pieces {
		class := "a"
		if p.to == end {
			class = "a z"
		}
		fmt.Fprintf(&b, `<text class="%s" style="animation-name:%s" x="%g" y="%g" textLength="%g" xml:space="preserve">%s</text>`+"\n",
			class, names[i], margin, tops[p.pane]+float64(p.line)*cellHeight+13, float64(p.row.Columns())*cellWidth, p.row.markup())
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(out, b.String())
	return err
}

// keyframes are the rules for when pieces are shown, one for all that are shown at the same time, and the name of each piece's.
func keyframes(pieces []piece, end time.Duration) (rules string, names []string) {
	percent := func(at time.Duration) string {
		return fmt.Sprintf("%.3g%%", 100*float64(at)/float64(end))
	}
	var b strings.Builder
	known := map[[2]string]string{}
	for _, p := range pieces {
		key := [2]string{percent(p.from), percent(p.to)}
		name := known[key]
		if name == "" {
			name = fmt.Sprintf("k%d", len(known))
			known[key] = name
			fmt.Fprintf(&b, "@keyframes %s{", name)
			if p.from > 0 {
				b.WriteString("0%{visibility:hidden}")
			}
			fmt.Fprintf(&b, "%s{visibility:visible}", key[0])
			if p.to < end {
				fmt.Fprintf(&b, "%s{visibility:hidden}", key[1])
			}
			b.WriteString("}\n")
		}
		names = append(names, name)
	}
	return b.String(), names
}

// used are the classes of colours that the pieces have.
func used(pieces []piece) string {
	var b strings.Builder
	for _, p := range pieces {
		for _, span := range p.row {
			fmt.Fprintf(&b, " c%d ", span.Style.Colour)
		}
	}
	return b.String()
}

// markup is the row as the content of a text element.
func (r Row) markup() string {
	var b strings.Builder
	for _, span := range r {
		class := strings.Join(span.Style.classes(), " ")
		text := html.EscapeString(span.Text)
		if class == "" {
			b.WriteString(text)
			continue
		}
		fmt.Fprintf(&b, `<tspan class="%s">%s</tspan>`, class, text)
	}
	return b.String()
}

func (s Style) classes() (names []string) {
	if s.Colour > 0 {
		names = append(names, fmt.Sprintf("c%d", s.Colour))
	}
	for _, of := range []struct {
		set  bool
		name string
	}{{s.Bold, "b"}, {s.Dim, "d"}, {s.Underlined, "u"}} {
		if of.set {
			names = append(names, of.name)
		}
	}
	return names
}
