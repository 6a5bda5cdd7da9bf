package cli

import (
	"io"
	"os"

	"golang.org/x/term"
)

// terminalColumns is how wide the terminal is that is written to, 0 where it is none.
func terminalColumns(out io.Writer) int {
	file, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return 0
	}
	columns, _, err := term.GetSize(int(file.Fd()))
	if err != nil || columns <= 0 {
		return 80
	}
	return columns
}

// canErase reports that a line can be taken back from where it is written to.
func canErase(out io.Writer) bool { return terminalColumns(out) > 0 && os.Getenv("TERM") != "dumb" }
