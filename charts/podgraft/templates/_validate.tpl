{{/* Refuses values that contradict each other, and those of the public operator's chart that would mean something else. */}}
{{- define "podgraft.validate" -}}
{{- range (.Files.Get "files/public-chart.yaml" | fromYaml).values }}
{{- $value := $.Values }}
{{- range splitList "." .path }}
{{- if kindIs "map" $value }}
{{- $value = get $value . }}
{{- else }}
{{- $value = "" }}
{{- end }}
{{- end }}
{{- $refused := not (or (kindIs "invalid" $value) (eq (toString $value) "")) }}
{{- if hasKey . "refuse" }}
{{- $refused = has $value .refuse }}
{{- else if hasKey . "accept" }}
{{- $refused = and $refused (not (has $value .accept)) }}
{{- end }}
{{- if $refused }}
{{- fail (printf "\n\nremove the value %s (%s): %s\n" .path (toJson $value) .instead) }}
{{- end }}
{{- end }}
{{- if and (gt (int .Values.replicaCount) 1) (not .Values.leaderElection.enabled) }}
{{- fail "\n\nset leaderElection.enabled to true, or replicaCount to 1: several replicas would work on the same tests\n" }}
{{- end }}
{{- if and (include "podgraft.converts" .) (not (and .Values.webhook.enabled .Values.crds.install)) }}
{{- fail "\n\nset conversion.enabled to false, or webhook.enabled and crds.install to true: the CustomResourceDefinition names the webhook that converts\n" }}
{{- end }}
{{- if and (not .Values.metrics.enabled) (or .Values.metrics.serviceMonitor.enabled .Values.metrics.rules.enabled) }}
{{- fail "\n\nset metrics.enabled to true: metrics.serviceMonitor and metrics.rules need what /metrics answers\n" }}
{{- end }}
{{- end }}
