module github.com/kubectl-leader/kubectl-leader

go 1.26.0
