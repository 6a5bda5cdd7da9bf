package promtext

import (
	"errors"
	"fmt"
	"strings"
)

func (r *reader) blank() { r.text = strings.TrimLeft(r.text, " \t") }

// skip passes over a token, if it is there.
func (r *reader) skip(token string) (found bool) {
	r.text, found = strings.CutPrefix(r.text, token)
	return found
}

// word reads a name of letters, digits, _ and what else is allowed; "" where none begins.
func (r *reader) word(also string) string {
	end := 0
	for ; end < len(r.text); end++ {
		c := r.text[end]
		letter := c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.IndexByte(also, c) >= 0
		if !letter && (end == 0 || c < '0' || c > '9') {
			break
		}
	}
	word := r.text[:end]
	r.text = r.text[end:]
	return word
}

// quoted reads a text in quotes. Its escapes are \\, \" and \n.
func (r *reader) quoted() (string, error) {
	if !r.skip(`"`) {
		return "", errors.New("expected '\"'")
	}
	var b strings.Builder
	for i := 0; i < len(r.text); i++ {
		switch c := r.text[i]; c {
		case '"':
			r.text = r.text[i+1:]
			return b.String(), nil
		case '\\':
			if i++; i == len(r.text) {
				break
			}
			switch c := r.text[i]; c {
			case '\\', '"':
				b.WriteByte(c)
			case 'n':
				b.WriteByte('\n')
			default:
				return "", fmt.Errorf("invalid escape sequence '\\%c'", c)
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", errors.New("unescaped new-line")
}
