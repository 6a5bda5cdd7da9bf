package process

import "testing"

func TestParse(t *testing.T) {
	const table = `    1     1 Ss   /sbin/init
  210   210 Ssl  /home/a b/.cluster/run/etcd --data-dir=/home/a b/.cluster/etcd
  211   210 Tsl  /home/a b/.cluster/run/kube-apiserver --secure-port=20001
  212   212 S+   vim /home/a b/.cluster/run/etcd
  213   213 Sl   /home/a b/.cluster2/run/etcd --data-dir=/home/a b/.cluster2/etcd
  214   214 Z    /home/a b/.cluster/run/kwok
  215   215 Z    [kube] <defunct>
`
	found := parse(table, "/home/a b/.cluster/run/")
	if len(found) != 2 {
		t.Fatalf("want etcd and kube-apiserver alone, got %v", found)
	}
	if got := found[0]; got.PID != 210 || !got.LeadsGroup || got.Stopped() {
		t.Errorf("etcd: want pid 210, a leader, not stopped; got %+v", got)
	}
	if got := found[1]; got.PID != 211 || got.LeadsGroup || !got.Stopped() {
		t.Errorf("kube-apiserver: want pid 211, no leader, stopped; got %+v", got)
	}
}
