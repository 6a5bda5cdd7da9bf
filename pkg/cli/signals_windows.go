package cli

import (
	"os"
	"syscall"
)

// Windows has Ctrl-C alone, and sends it to all processes of the console.
var forwardedSignals = []os.Signal{os.Interrupt}

// errReaderGone is what writing to a pipe gives that nobody reads any more: ERROR_NO_DATA.
var errReaderGone error = syscall.Errno(232)

// sharesTerminal: a console always sends to all of its processes.
func sharesTerminal() bool { return true }

func fromTerminal(os.Signal) bool { return true }
