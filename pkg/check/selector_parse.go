package check

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// parseSelector reads name, or name{label="x",other!="y",third=~"re",fourth!~"re"}; {"name"} for a name that needs quotes.
// What went wrong is told with the place where it did.
func parseSelector(text string) (selector, error) {
	p := &selectorParser{text: text}
	s, err := p.selector()
	if err != nil {
		return selector{}, fmt.Errorf(`%w at byte %d; a metric is chosen as name or name{label="x",other=~"re"}`, err, p.at+1)
	}
	return s, nil
}

type selectorParser struct {
	text string
	at   int
}

func (p *selectorParser) selector() (selector, error) {
	s := selector{name: p.word(":")}
	if !p.skip("{") {
		return s, p.end(s)
	}
	for first := true; !p.skip("}"); first = false {
		if !first && !p.skip(",") {
			return s, errors.New("wants , or }")
		}
		if p.skip("}") { // after a last comma
			break
		}
		if err := p.matcher(&s); err != nil {
			return s, err
		}
	}
	return s, p.end(s)
}

func (p *selectorParser) end(s selector) error {
	p.space()
	switch {
	case p.at < len(p.text):
		return errors.New("does not understand what begins")
	case s.name == "":
		return errors.New("wants the name of a metric")
	}
	return nil
}

// matcher reads one, or the metric's name in quotes.
func (p *selectorParser) matcher(s *selector) error {
	p.space()
	label, quoted := p.word(""), false
	if label == "" {
		var err error
		if label, err = p.quoted(); err != nil {
			return errors.New("wants the name of a label")
		}
		quoted = true
	}
	m := matcher{label: label}
	for _, operator := range []string{"=~", "!~", "!=", "="} {
		if p.skip(operator) {
			m.operator = operator
			break
		}
	}
	if m.operator == "" {
		if quoted && s.name == "" {
			s.name = label
			return nil
		}
		return errors.New("wants =, !=, =~ or !~")
	}
	value, err := p.quoted()
	if err != nil {
		return err
	}
	m.value = value
	if strings.HasSuffix(m.operator, "~") {
		if m.pattern, err = regexp.Compile("^(?s:" + value + ")$"); err != nil {
			return fmt.Errorf("wants a regular expression of RE2, not %s,", quote(value))
		}
	}
	if label == "__name__" && !quoted {
		if m.operator != "=" || s.name != "" {
			return errors.New("wants one metric: its name stands before the braces,")
		}
		s.name = value
		return nil
	}
	s.matchers = append(s.matchers, m)
	return nil
}

func (p *selectorParser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

// skip passes over a token, if it is there.
func (p *selectorParser) skip(token string) bool {
	p.space()
	if !strings.HasPrefix(p.text[p.at:], token) {
		return false
	}
	p.at += len(token)
	return true
}

// word reads a name of letters, digits, _ and what else is allowed; "" where none begins.
func (p *selectorParser) word(also string) string {
	p.space()
	begin := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.IndexByte(also, c) >= 0
		if !letter && (p.at == begin || c < '0' || c > '9') {
			break
		}
		p.at++
	}
	return p.text[begin:p.at]
}

// quoted reads a text in ", ' or `, with Go's escapes.
func (p *selectorParser) quoted() (string, error) {
	p.space()
	if p.at == len(p.text) || strings.IndexByte("\"'`", p.text[p.at]) < 0 {
		return "", errors.New("wants a text in quotes")
	}
	mark := p.text[p.at]
	for end := p.at + 1; end < len(p.text); end++ {
		switch {
		case p.text[end] == '\\' && mark != '`':
			end++
		case p.text[end] == mark:
			value, err := unquote(p.text[p.at:end+1], mark)
			if err != nil {
				return "", errors.New("wants a text in quotes with escapes of Go")
			}
			p.at = end + 1
			return value, nil
		}
	}
	return "", errors.New("wants the end of the text in quotes that begins")
}

// unquote is Go's, which would take 'text' for a single character.
func unquote(quoted string, mark byte) (string, error) {
	if mark == '`' {
		return quoted[1 : len(quoted)-1], nil
	}
	var b strings.Builder
	for rest := quoted[1 : len(quoted)-1]; rest != ""; {
		r, multibyte, tail, err := strconv.UnquoteChar(rest, mark)
		if err != nil {
			return "", err
		}
		if multibyte || r < 0x80 {
			b.WriteRune(r)
		} else {
			b.WriteByte(byte(r))
		}
		rest = tail
	}
	return b.String(), nil
}
