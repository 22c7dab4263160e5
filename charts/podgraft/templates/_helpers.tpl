{{/* Name of the chart, as a label. */}}
{{- define "podgraft.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Name of the release's objects: short enough for a suffix of eleven characters. */}}
{{- define "podgraft.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Name of the release's objects outside of namespaces. A namespace has no dot, so no two releases share one. */}}
{{- define "podgraft.clusterName" -}}
{{- printf "%s.%s" (include "podgraft.fullname" .) .Release.Namespace }}
{{- end }}

{{/* Labels by which the operator's pods are selected. They never change. */}}
{{- define "podgraft.selectorLabels" -}}
app.kubernetes.io/name: {{ include "podgraft.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of every object. */}}
{{- define "podgraft.labels" -}}
{{- with .Values.commonLabels }}
{{- toYaml . }}
{{ end }}
{{- include "podgraft.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "podgraft.serviceAccountName" -}}
{{- default (ternary (include "podgraft.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name }}
{{- end }}

{{- define "podgraft.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}
{{- end }}

{{/* The namespaces that the operator looks after, as JSON; all of them where empty. */}}
{{- define "podgraft.namespaces" -}}
{{- if .Values.namespaces -}}
{{ .Values.namespaces | uniq | toJson }}
{{- else if eq (dig "clusterRole" "enabled" true (.Values.k8s | default dict)) false -}}
{{ list .Release.Namespace | toJson }}
{{- else -}}
[]
{{- end }}
{{- end }}

{{/* Whether v1 is served and converted: not empty where it is. */}}
{{- define "podgraft.converts" -}}
{{- $can := and .Values.webhook.enabled .Values.crds.install }}
{{- if eq (toString .Values.conversion.enabled) "auto" | ternary $can .Values.conversion.enabled -}}
true
{{- end }}
{{- end }}

{{/* Whether metrics are only for those whom the cluster lets: not empty where they are. */}}
{{- define "podgraft.secureMetrics" -}}
{{- if and .Values.metrics.enabled .Values.metrics.secure -}}
true
{{- end }}
{{- end }}

{{/* The operator's configuration. The keys are those of its file. */}}
{{- define "podgraft.config" -}}
{{- $config := dict "unknownFields" .Values.unknownFields "clusterOverlays" .Values.clusterOverlays "podSecurity" .Values.podSecurity }}
{{- $config = merge $config (deepCopy (pick .Values "locustPods" "kafka")) }}
{{- $pods := $config.locustPods }}
{{- range list $pods.resources $pods.masterResources $pods.workerResources $pods.metricsExporter.resources }}
{{- range . }}
{{- /* The public chart's spelling: it is somebody's own, and the other may be this chart's default. */}}
{{- if and (kindIs "map" .) (hasKey . "ephemeralStorage") }}
{{- $_ := set . "ephemeral-storage" .ephemeralStorage }}
{{- $_ := unset . "ephemeralStorage" }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $config }}
{{- end }}

{{/*
Merges the second of two maps over the first, as `podTemplate` describes it; as JSON.
*/}}
{{- define "podgraft.merge" -}}
{{- $keys := dict "containers" "name" "initContainers" "name" "volumes" "name" "env" "name" "imagePullSecrets" "name" "ports" "containerPort" "volumeMounts" "mountPath" }}
{{- $result := deepCopy (index . 0) }}
{{- range $field, $value := index . 1 }}
{{- $below := get $result $field }}
{{- if kindIs "invalid" $value }}
{{- $_ := unset $result $field }}
{{- else if and (kindIs "map" $value) (kindIs "map" $below) }}
{{- $_ := set $result $field (include "podgraft.merge" (list $below $value) | fromJson) }}
{{- else if and (hasKey $keys $field) (kindIs "slice" $value) (kindIs "slice" $below) }}
{{- $_ := set $result $field (include "podgraft.mergeByKey" (list $below $value (get $keys $field)) | fromJsonArray) }}
{{- else }}
{{- $_ := set $result $field $value }}
{{- end }}
{{- end }}
{{- toJson $result }}
{{- end }}

{{/* Merges the second of two lists over the first: items with the same key are one; as JSON. */}}
{{- define "podgraft.mergeByKey" -}}
{{- $key := index . 2 }}
{{- $result := list }}
{{- $names := list }}
{{- range $item := index . 0 }}
{{- $name := get $item $key | toString }}
{{- $names = append $names $name }}
{{- range index $ 1 }}
{{- if eq (get . $key | toString) $name }}
{{- $item = include "podgraft.merge" (list $item .) | fromJson }}
{{- end }}
{{- end }}
{{- $result = append $result $item }}
{{- end }}
{{- range index . 1 }}
{{- if not (has (get . $key | toString) $names) }}
{{- $result = append $result . }}
{{- end }}
{{- end }}
{{- toJson $result }}
{{- end }}
