{{- /* Names and labels that several templates share. */ -}}

{{- define "multi-eni.namespace" -}}
{{ .Values.namespace | default .Release.Namespace }}
{{- end -}}

{{- define "multi-eni.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "multi-eni.labels" -}}
app.kubernetes.io/name: {{ include "multi-eni.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* Selectors are immutable, so they hold only what never changes: the labels of the Go controller's pods. */ -}}
{{- define "multi-eni.selector.controller" -}}
app: eni-controller
{{- end -}}

{{- define "multi-eni.selector.manager" -}}
app: eni-manager
{{- end -}}

{{- define "multi-eni.controller.account" -}}
{{ .Values.serviceAccount.name | default (ternary "eni-controller" "default" .Values.serviceAccount.create) }}
{{- end -}}

{{- define "multi-eni.manager.account" -}}
{{ .Values.eniManager.serviceAccount.name | default (ternary "eni-manager" "default" .Values.eniManager.serviceAccount.create) }}
{{- end -}}

{{- /* (dict "root" $ "own" .Values.controller.image "program" "eni-controller") */ -}}
{{- define "multi-eni.image" -}}
{{- $shared := .root.Values.image.repository -}}
{{- if not (or .own.repository $shared) -}}
{{- fail (printf "image.repository is empty: no images are published, and the privileged ENI manager must come from a registry that you trust. Build and push the images (eng/build-images.sh REPOSITORY --push) and set image.repository to REPOSITORY, which then contains %s." .program) -}}
{{- end -}}
{{- $name := .own.repository | default (printf "%s/%s" $shared .program) -}}
{{- if .own.digest -}}
{{ $name }}@{{ .own.digest }}
{{- else -}}
{{ $name }}:{{ .own.tag | default .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "multi-eni.controller.address" -}}
{{ .Values.controller.metricsAddr | default (printf ":%v" .Values.metrics.port) }}
{{- end -}}

{{- /* What the managers serve stays on the node unless metrics are asked for: they share the host's network. */ -}}
{{- define "multi-eni.manager.address" -}}
{{ .Values.eniManager.metricsAddr | default (printf "%s:%v" (ternary "" "127.0.0.1" .Values.metrics.enabled) .Values.eniManager.metricsPort) }}
{{- end -}}

{{- define "multi-eni.port" -}}
{{ splitList ":" . | last }}
{{- end -}}

{{- /* An HTTP probe of an address such as :8080 or 127.0.0.1:8081. (dict "address" "path" "settings") */ -}}
{{- define "multi-eni.probe" -}}
{{- $port := include "multi-eni.port" .address -}}
{{- $host := trimSuffix (printf ":%s" $port) .address -}}
httpGet:
  path: {{ .path }}
  port: {{ $port }}
  {{- with $host }}
  host: {{ . | trimPrefix "[" | trimSuffix "]" | replace "localhost" "127.0.0.1" | quote }}
  {{- end }}
{{ toYaml .settings }}
{{- end -}}

{{- define "multi-eni.pullSecrets" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ if kindIs "map" . }}{{ .name }}{{ else }}{{ . }}{{ end }}
  {{- end }}
{{- end }}
{{- end -}}

{{- /* auto, true or false, as the answer for this cluster. */ -}}
{{- define "multi-eni.policies" -}}
{{- $wanted := toString .Values.admissionPolicy.enabled -}}
{{- if eq $wanted "true" -}}
true
{{- else if and (eq $wanted "auto") (semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version) -}}
true
{{- end -}}
{{- end -}}

{{- define "multi-eni.user.controller" -}}
system:serviceaccount:{{ include "multi-eni.namespace" . }}:{{ include "multi-eni.controller.account" . }}
{{- end -}}

{{- define "multi-eni.user.manager" -}}
system:serviceaccount:{{ include "multi-eni.namespace" . }}:{{ include "multi-eni.manager.account" . }}
{{- end -}}

{{- /* The folder of an absolute path; mounted whole, because files that are replaced by renaming cannot be mounted by themselves. */ -}}
{{- define "multi-eni.pluginFolder" -}}
{{ dir .Values.eniManager.dpdk.sriovDPConfigPath }}
{{- end -}}

{{- /* What the manager and its setup must agree on. */ -}}
{{- define "multi-eni.manager.dpdkEnv" -}}
- name: ENABLE_DPDK
  value: {{ .Values.eniManager.dpdk.enabled | quote }}
- name: DEFAULT_DPDK_DRIVER
  value: {{ .Values.eniManager.dpdk.driver | quote }}
- name: NOIOMMU_MODE
  value: {{ .Values.eniManager.dpdk.noIommuMode | quote }}
{{- end -}}
