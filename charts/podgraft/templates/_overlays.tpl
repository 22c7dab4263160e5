{{/*
An overlay that ships, with other words in it and for other tests; as JSON. Takes the root, the pattern's values, the
overlay's name, and a list of pairs: what the file says, and what it is to say.
*/}}
{{- define "podgraft.pattern" -}}
{{- $root := index . 0 }}
{{- $values := index . 1 }}
{{- $pairs := index . 3 }}
{{- $text := $root.Files.Get (printf "files/overlays/%s.yaml" (index . 2)) }}
{{- /* In two steps: no word that was put in is replaced again. */}}
{{- range $n, $pair := $pairs }}
{{- $text = replace (index $pair 0) (printf "\u241e%d\u241e" $n) $text }}
{{- end }}
{{- range $n, $pair := $pairs }}
{{- $text = replace (printf "\u241e%d\u241e" $n) (toString (index $pair 1)) $text }}
{{- end }}
{{- $overlay := fromYaml $text }}
{{- with $values.select }}
{{- $spec := omit $overlay.spec "optIn" "selector" "namespaceSelector" }}
{{- $_ := set $overlay "spec" (merge (omit . "all") $spec) }}
{{- end }}
{{- toJson $overlay }}
{{- end }}

{{/* Adds the overlays of the patterns that are enabled to the list. */}}
{{- define "podgraft.overlays" -}}
{{- $all := list }}
{{- $values := .Values.overlays }}
{{- range $values.shipped }}
{{- $all = append $all (include "podgraft.pattern" (list $ dict . list) | fromJson) }}
{{- end }}
{{- with $values.resultsPvc }}
{{- if .enabled }}
{{- $pairs := list
  (list "claimName: load-test-results" (printf "claimName: %s" .claimName))
  (list "registry.example.com/platform/rclone:1.71.2" .upload.image)
  (list "secretRef:\n                  name: load-test-results" (printf "secretRef:\n                  name: %s" .upload.secretName)) }}
{{- $overlay := include "podgraft.pattern" (list $ . "results-upload" $pairs) | fromJson }}
{{- if not .upload.enabled }}
{{- /* The same claim and the same folder, without what uploads it. */}}
{{- $_ := set $overlay.metadata "name" "results-pvc" }}
{{- $pod := $overlay.spec.defaults.podTemplate.spec }}
{{- $_ := unset $pod "initContainers" }}
{{- $_ := unset $pod "terminationGracePeriodSeconds" }}
{{- $_ := unset $overlay.spec "overrides" }}
{{- $constraints := list }}
{{- range $overlay.spec.constraints }}
{{- if not (contains "upload-results" (toJson .)) }}
{{- $constraints = append $constraints (set . "message" "Locust writes its results to /results. Mount other volumes elsewhere.") }}
{{- end }}
{{- end }}
{{- $_ := set $overlay.spec "constraints" $constraints }}
{{- end }}
{{- $all = append $all $overlay }}
{{- end }}
{{- end }}
{{- with $values.spotWorkers }}
{{- if .enabled }}
{{- $pairs := list
  (list "karpenter.sh/capacity-type: spot" (printf "%s: %s" .nodeLabel (quote .spot)))
  (list "karpenter.sh/capacity-type: on-demand" (printf "%s: %s" .nodeLabel (quote .onDemand)))
  (list "karpenter.sh/capacity-type" .nodeLabel)
  (list "enum: [on-demand, spot]" (printf "enum: [%s, %s]" (quote .onDemand) (quote .spot)))
  (list "on-demand or spot, in nodeSelector" (printf "%s or %s, in nodeSelector" .onDemand .spot))
  (list "key: example.com/spot" (printf "key: %s" .tolerationKey)) }}
{{- $all = append $all (include "podgraft.pattern" (list $ . "spot-workers" $pairs) | fromJson) }}
{{- end }}
{{- end }}
{{- with $values.corporateRegistry }}
{{- if .enabled }}
{{- $pairs := list
  (list "registry\\.example\\.com" (replace "." "\\." .registry))
  (list "registry.example.com" .registry)
  (list "- name: corporate-registry" (printf "- name: %s" .pullSecret)) }}
{{- $all = append $all (include "podgraft.pattern" (list $ . "corporate-registry" $pairs) | fromJson) }}
{{- end }}
{{- end }}
{{- with $values.corporateCA }}
{{- if .enabled }}
{{- $pairs := list
  (list "$retainKeys: [items, name]\n              name: corporate-ca" (printf "$retainKeys: [items, name]\n              name: %s" .configMap))
  (list "key: ca-bundle.crt" (printf "key: %s" (quote .key))) }}
{{- $all = append $all (include "podgraft.pattern" (list $ . "corporate-ca" $pairs) | fromJson) }}
{{- end }}
{{- end }}
{{- with $values.restrictedSecurity }}
{{- if .enabled }}
{{- $all = append $all (include "podgraft.pattern" (list $ . "restricted-security" list) | fromJson) }}
{{- end }}
{{- end }}
{{- with $values.resourceBounds }}
{{- if .enabled }}
{{- $pairs := list
  (list "cpu: \"1\"" (printf "cpu: %s" (quote .locust.requests.cpu)))
  (list "memory: 512Mi" (printf "memory: %s" (quote .locust.requests.memory)))
  (list "cpu: \"2\"" (printf "cpu: %s" (quote .locust.limits.cpu)))
  (list "memory: 1Gi" (printf "memory: %s" (quote .locust.limits.memory)))
  (list "\"4\"" (quote .max.cpu))
  (list "10m to 4." (printf "10m to %v." .max.cpu))
  (list "limit, 4 at most" (printf "limit, %v at most" .max.cpu))
  (list "4Gi" .max.memory) }}
{{- $all = append $all (include "podgraft.pattern" (list $ . "resource-bounds" $pairs) | fromJson) }}
{{- end }}
{{- end }}
{{- with $values.highNetworkNodes }}
{{- if .enabled }}
{{- $pairs := list
  (list "example.com/node-pool: high-network" (printf "%s: %s" .nodeLabel (quote .nodeValue)))
  (list "key: example.com/dedicated\n            value: high-network" (printf "key: %s\n            value: %s" .tolerationKey (quote .tolerationValue))) }}
{{- $all = append $all (include "podgraft.pattern" (list $ . "high-network-nodes" $pairs) | fromJson) }}
{{- end }}
{{- end }}
{{- range $values.custom }}
{{- $all = append $all (merge dict . (dict "apiVersion" "locust.io/v1alpha1" "kind" "ClusterPodOverlay")) }}
{{- end }}
{{- range $all }}
---
{{ toYaml . }}
{{- end }}
{{- end }}
