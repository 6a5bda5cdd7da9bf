package measure

import (
	"context"
	"fmt"
	"io"
)

// Compare runs the commands in turns, so that a busy moment of the machine hits them all, and returns the medians in
// their order. The first run of each is not counted: it fills caches. Each run is reported to progress.
func Compare(ctx context.Context, commands []Command, runs int, scratch string, progress io.Writer) ([]Usage, error) {
	all := make([][]Usage, len(commands))
	for run := range runs + 1 {
		for i, command := range commands {
			usage, err := command.Run(ctx, scratch)
			if err != nil {
				return nil, err
			}
			name := "warm-up"
			if run > 0 {
				name = fmt.Sprintf("run %d of %d", run, runs)
				all[i] = append(all[i], usage)
			}
			fmt.Fprintf(progress, "%-12s %-24s %s\n", name, command.Name, usage)
		}
	}
	medians := make([]Usage, len(commands))
	for i := range commands {
		medians[i] = Median(all[i])
	}
	return medians, nil
}
