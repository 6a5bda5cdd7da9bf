package runner

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestExpand(t *testing.T) {
	known := map[string]string{"POD": "p-1", "EMPTY": "", "NESTED": "$(POD)"}
	for text, want := range map[string]string{
		"":                   "",
		"plain":              "plain",
		"$(POD)":             "p-1",
		"a-$(POD)_$(POD).z":  "a-p-1_p-1.z",
		"[$(EMPTY)]":         "[]",
		"$(NESTED)":          "$(POD)", // resolved once
		"$(UNKNOWN)":         "$(UNKNOWN)",
		"$$(POD)":            "$(POD)",
		"$$$(POD)":           "$p-1",
		"$$":                 "$",
		"cost: 5$":           "cost: 5$",
		"$POD":               "$POD",
		"$(POD":              "$(POD",
		"$(UNKNOWN)$(POD)":   "$(UNKNOWN)p-1",
		"$(UNKNOWN $(POD) x": "$(UNKNOWN p-1 x",
	} {
		if got := expand(text, known); got != want {
			t.Errorf("expand(%q) = %q, want %q", text, got, want)
		}
	}
}

func examplePod() *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: "p-1", Namespace: "demo", UID: "u-1",
			Labels:      map[string]string{"app.kubernetes.io/name": "op"},
			Annotations: map[string]string{"team": "blue"},
		},
		Spec: corev1.PodSpec{NodeName: "node-2", ServiceAccountName: "op"},
	}
}

func fromField(name, path string) corev1.EnvVar {
	return corev1.EnvVar{Name: name, ValueFrom: &corev1.EnvVarSource{FieldRef: &corev1.ObjectFieldSelector{FieldPath: path}}}
}

func TestEnvironmentKnowsTheDownwardAPI(t *testing.T) {
	env, err := environment(examplePod(), "10.244.0.9", &corev1.Container{Env: []corev1.EnvVar{
		fromField("NAME", "metadata.name"),
		fromField("NAMESPACE", "metadata.namespace"),
		fromField("UID", "metadata.uid"),
		fromField("NODE", "spec.nodeName"),
		fromField("ACCOUNT", "spec.serviceAccountName"),
		fromField("IP", "status.podIP"),
		fromField("LABEL", "metadata.labels['app.kubernetes.io/name']"),
		fromField("ANNOTATION", "metadata.annotations['team']"),
		{Name: "LEASE", Value: "$(NAMESPACE)/$(NAME)"},
		{Name: "LATER", Value: "$(UNSET)"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"NAME=p-1", "NAMESPACE=demo", "UID=u-1", "NODE=node-2", "ACCOUNT=op", "IP=10.244.0.9",
		"LABEL=op", "ANNOTATION=blue", "LEASE=demo/p-1", "LATER=$(UNSET)",
	}
	if !slices.Equal(env, want) {
		t.Errorf("got  %q\nwant %q", env, want)
	}
}

func TestEnvironmentRefusesWhatItCannotGive(t *testing.T) {
	secret := corev1.EnvVar{Name: "S", ValueFrom: &corev1.EnvVarSource{SecretKeyRef: &corev1.SecretKeySelector{Key: "k"}}}
	for _, variable := range []corev1.EnvVar{fromField("F", "spec.nope"), secret} {
		if _, err := environment(examplePod(), "", &corev1.Container{Env: []corev1.EnvVar{variable}}); err == nil {
			t.Errorf("variable %s: want an error", variable.Name)
		}
	}
}

func TestArguments(t *testing.T) {
	spec := &corev1.Container{Command: []string{"/manager", "--verbose"}, Args: []string{"--name=$(NAME)", "--x=$(NO)"}}
	got := arguments(spec, []string{"NAME=a=b"})
	if want := []string{"--verbose", "--name=a=b", "--x=$(NO)"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if spec.Args[0] != "--name=$(NAME)" {
		t.Error("the spec was changed")
	}
}
