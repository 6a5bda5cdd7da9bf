package identity

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/apitesting/fuzzer"
	metafuzzer "k8s.io/apimachinery/pkg/apis/meta/fuzzer"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
)

// randomPods are pods with something in every field.
func randomPods(t *testing.T) *corev1.PodList {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	fill := fuzzer.FuzzerFor(metafuzzer.Funcs, rand.NewSource(rand.Int63()), serializer.NewCodecFactory(scheme)).NumElements(1, 3).NilChance(0)
	list := &corev1.PodList{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodList"}, Items: make([]corev1.Pod, 20)}
	list.Continue = "more"
	always := corev1.ContainerRestartPolicyAlways
	for i := range list.Items {
		fill.Fill(&list.Items[i].ObjectMeta)
		fill.Fill(&list.Items[i].Spec)
		fill.Fill(&list.Items[i].Status)
		if i%2 == 0 { // a sidecar
			pod := &list.Items[i]
			pod.Spec.InitContainers[0].Name, pod.Spec.InitContainers[0].RestartPolicy = "elector", &always
			pod.Status.InitContainerStatuses[0].Name = "elector"
		}
	}
	return list
}

// TestPodsAreTrimmed compares with pods that are decoded whole and trimmed then.
func TestPodsAreTrimmed(t *testing.T) {
	list := randomPods(t)
	var answer bytes.Buffer
	if err := protobuf.NewSerializer(nil, nil).Encode(list, &answer); err != nil {
		t.Fatal(err)
	}
	whole := &corev1.PodList{}
	data, err := list.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if err := whole.Unmarshal(data); err != nil {
		t.Fatal(err)
	}
	pods, err := ReadPods(iotest.HalfReader(&answer))
	if err != nil {
		t.Fatal(err)
	}
	if pods.Continue() != "more" {
		t.Errorf("goes on with %q", pods.Continue())
	}
	decoded := 0
	for i := range whole.Items {
		got, err := pods.Next()
		if err != nil {
			t.Fatal(err)
		}
		decoded += len(pods.kept)
		if diff := cmp.Diff(PodKeys(&whole.Items[i]), PodKeys(got)); diff != "" {
			t.Errorf("keys: %s", diff)
		}
		want := whole.Items[i].DeepCopy()
		Trim(got)
		Trim(want)
		if has := len(got.Status.InitContainerStatuses) == 1 && len(Lasting(got)) == len(got.Status.ContainerStatuses)+1; has != (i%2 == 0) {
			t.Errorf("pod %d: sidecars %v", i, got.Status.InitContainerStatuses)
		}
		forget(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	}
	if _, err := pods.Next(); err != io.EOF {
		t.Errorf("after the last pod: %v", err)
	}
	if decoded > len(data)/2 {
		t.Errorf("%d of %d bytes are decoded", decoded, len(data))
	}
}

// forget removes what Trim leaves in, and no rule and no verdict asks for.
func forget(pod *corev1.Pod) {
	status := pod.Status
	pod.Status = corev1.PodStatus{
		Phase: status.Phase, Conditions: status.Conditions, Message: status.Message, Reason: status.Reason, HostIP: status.HostIP,
		PodIP: status.PodIP, StartTime: status.StartTime, ContainerStatuses: status.ContainerStatuses, InitContainerStatuses: status.InitContainerStatuses, QOSClass: status.QOSClass,
		NominatedNodeName: status.NominatedNodeName, PodIPs: status.PodIPs, HostIPs: status.HostIPs,
	}
}

func TestPodsInJSON(t *testing.T) {
	list := randomPods(t)
	answer, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	pods, err := ReadPods(bytes.NewReader(answer))
	if err != nil || pods.Continue() != "more" {
		t.Fatal(err)
	}
	for i := range list.Items {
		if pod, err := pods.Next(); err != nil || pod.Name != list.Items[i].Name {
			t.Fatalf("%+v, %v", pod, err)
		}
	}
	if _, err := pods.Next(); err != io.EOF {
		t.Errorf("after the last pod: %v", err)
	}
}

// TestBrokenPods cuts an answer off everywhere, and gives what is none.
func TestBrokenPods(t *testing.T) {
	all := func(answer string) error {
		pods, err := ReadPods(strings.NewReader(answer))
		for err == nil {
			_, err = pods.Next()
		}
		return err
	}
	for _, answer := range []string{"", "<html>", "k8s\x00\x12\x05\x0a", "k8s\x00\x12\x03\x0a\x05x", "k8s\x00\x12\x02\x12\x00", "k8s\x00\x12\x06\x0a\x00\x12\xff\xff\xff\x7f"} {
		if err := all(answer); err == nil || err == io.EOF {
			t.Errorf("%q: %v", answer, err)
		}
	}
	var answer bytes.Buffer
	if err := protobuf.NewSerializer(nil, nil).Encode(randomPods(t), &answer); err != nil {
		t.Fatal(err)
	}
	whole := answer.String()
	whole = whole[:strings.LastIndex(whole, "\x1a\x00")] // what the envelope ends with tells nothing
	if err := all(whole); err != io.EOF {
		t.Fatal(err)
	}
	for end := 0; end < len(whole); end += 1 + len(whole)/1000 {
		if err := all(whole[:end]); err == nil || err == io.EOF {
			t.Fatalf("cut off after %d of %d bytes: %v", end, len(whole), err)
		}
	}
}
