// kubectl-leader is a kubectl plugin that finds the leader of an operator and stays with it.
package main

import (
	"os"

	"github.com/kubectl-leader/kubectl-leader/pkg/cli"
)

func main() { os.Exit(cli.Main()) }
