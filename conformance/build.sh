#!/usr/bin/env bash
# Builds the real Kubernetes that the tests compare with, of the release that go.mod names.
#
#   conformance/build.sh oracle          the program that answers what apimachinery makes of a patch
#   conformance/build.sh podsecurity     the program that answers how pod-security-admission judges a pod; the
#                                        library's fixtures are beside it, in PROGRAM.fixtures
#   conformance/build.sh control-plane   etcd, kube-apiserver, kube-controller-manager and kubectl
#   conformance/build.sh helm            both majors of Helm that are maintained: helm3 and helm4
#   conformance/build.sh chart-crds      the CustomResourceDefinitions of others whose kinds the chart can render
#
# The last line of standard output is the program's path, or the folder of the programs; progress
# goes to standard error. What is there already is not built again. The control plane is taken from
# $KUBEBUILDER_ASSETS when that is set. The cache is $PODGRAFT_CACHE, else $XDG_CACHE_HOME/podgraft,
# else ~/.cache/podgraft.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
programs=(etcd kube-apiserver kube-controller-manager kubectl)
# The releases of Helm that the chart is tested with.
helm_versions=(v3.22.0 v4.3.2)
# Module, version, file.
chart_crds=(
  "github.com/prometheus-operator/prometheus-operator v0.85.0 example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml"
  "github.com/prometheus-operator/prometheus-operator v0.85.0 example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml"
  "github.com/cert-manager/cert-manager v1.21.2 deploy/crds/cert-manager.io_certificates.yaml"
  "github.com/cert-manager/cert-manager v1.21.2 deploy/crds/cert-manager.io_issuers.yaml"
)
started=$SECONDS
ticker=

say() { echo "conformance: $*" >&2; }
die() { say "$*"; exit 1; }

# Shows every 15 seconds that a build is still going on.
tick_begin() {
  local what=$1 begin=$SECONDS
  say "building $what (this takes minutes the first time)"
  # Not under the lock: a killed script must not leave a sleep holding it.
  (while sleep 15; do say "still building $what: $((SECONDS - begin)) s"; done) 9>&- >&2 &
  ticker=$!
}

tick_end() {
  if [ -n "$ticker" ]; then
    kill "$ticker" 2>/dev/null || true
    wait "$ticker" 2>/dev/null || true
    ticker=
  fi
}

need_go() {
  command -v go >/dev/null 2>&1 || die "install Go $go_wanted or newer to build $1 (https://go.dev/dl)"
  local have
  have=$(GOTOOLCHAIN=local go env GOVERSION | sed 's/^go//; s/[^0-9.].*//')
  if [ "$(printf '%s\n%s\n' "$go_wanted" "$have" | sort -V | head -n 1)" != "$go_wanted" ]; then
    die "Go $have is too old to build $1: install Go $go_wanted or newer (https://go.dev/dl)"
  fi
}

# One build at a time: later callers wait, then find the result. The lock ends with its holder, however
# that ends.
lock() {
  local file=$1 waiting=
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$file"
    flock -n 9 || { say "waiting for another build"; flock 9; }
    return
  fi
  until (set -o noclobber; echo $$ >"$file.pid") 2>/dev/null; do
    local holder
    holder=$(cat "$file.pid" 2>/dev/null || true)
    if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
      rm -f "$file.pid"
      continue
    fi
    [ -n "$waiting" ] || say "waiting for another build"
    waiting=yes
    sleep 1
  done
  lock_file=$file.pid
}

finish() {
  tick_end
  [ -z "${scratch:-}" ] || rm -rf "$scratch"
  [ -z "${lock_file:-}" ] || rm -f "$lock_file"
}

sha() { if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi; }

version=$(sed -n 's/^[[:space:]]*k8s.io\/kubernetes \(v[0-9][^ ]*\).*/\1/p' "$here/go.mod" | head -n 1)
[ -n "$version" ] || die "go.mod does not require k8s.io/kubernetes"
go_wanted=$(sed -n 's/^go //p' "$here/go.mod")
cache=${PODGRAFT_CACHE:-${XDG_CACHE_HOME:-${HOME:?set HOME or PODGRAFT_CACHE}/.cache}/podgraft}
folder=$cache/kubernetes-$version
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

has_programs() {
  local program
  for program in "${programs[@]}"; do [ -x "$1/$program" ] || return 1; done
}

control_plane() {
  if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
    local program
    for program in "${programs[@]}"; do
      [ -x "$KUBEBUILDER_ASSETS/$program" ] ||
        die "KUBEBUILDER_ASSETS has no $program: put it into $KUBEBUILDER_ASSETS, or unset the variable to build all of them"
    done
    say "control plane: taken from KUBEBUILDER_ASSETS"
    echo "$KUBEBUILDER_ASSETS"
    return
  fi
  local bin=$folder/bin how=warm
  mkdir -p "$bin"
  if ! has_programs "$bin"; then
    need_go "the control plane"
    lock "$folder/control-plane.lock"
    if ! has_programs "$bin"; then
      build_control_plane "$bin"
      how=cold
    fi
  fi
  say "control plane $version: $((SECONDS - started)) s ($how)"
  echo "$bin"
}

build_control_plane() {
  local bin=$1 minor stamp
  minor=${version#v1.}
  minor=${minor%%.*}
  stamp=k8s.io/component-base/version
  scratch=$(mktemp -d "$folder/building.XXXXXX")
  tick_begin "the control plane of Kubernetes $version"
  (cd "$here" && CGO_ENABLED=0 go build -trimpath \
    -ldflags "-s -w -X $stamp.gitVersion=$version -X $stamp.gitMajor=1 -X $stamp.gitMinor=$minor" \
    -o "$scratch/" go.etcd.io/etcd/server/v3 k8s.io/kubernetes/cmd/kube-apiserver \
    k8s.io/kubernetes/cmd/kube-controller-manager k8s.io/kubernetes/cmd/kubectl >&2)
  tick_end
  # The last element of etcd's import path is its major version, so Go calls the program "server".
  mv "$scratch/server" "$scratch/etcd"
  local program
  for program in "${programs[@]}"; do mv "$scratch/$program" "$bin/$program"; done
}

# Each from its own go.mod: the two do not want the same libraries.
helm() {
  local folder stamp release program how=warm
  stamp=$(IFS=-; echo "${helm_versions[*]}")
  folder=$cache/helm-$stamp-${version%.*}
  mkdir -p "$folder"
  for release in "${helm_versions[@]}"; do
    program=helm${release:1:1}
    [ -x "$folder/$program" ] && continue
    need_go "Helm"
    lock "$folder/$program.lock"
    if [ ! -x "$folder/$program" ]; then
      build_helm "$release" "$folder/$program"
      how=cold
    fi
  done
  say "Helm ${helm_versions[*]}: $((SECONDS - started)) s ($how)"
  echo "$folder"
}

build_helm() {
  local release=$1 program=$2 major=${1%%.*} minor stamp
  minor=${version#v1.}
  minor=${minor%%.*}
  # What Helm 3 takes for the cluster's version where it sees none; Helm 4 knows its client's.
  stamp="-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=$minor -X helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=$minor"
  scratch=$(mktemp -d "$(dirname "$program")/building.XXXXXX")
  tick_begin "Helm $release"
  (cd "$scratch" && GOBIN=$scratch CGO_ENABLED=0 \
    go install -trimpath -ldflags "-s -w $stamp" "helm.sh/helm/$major/cmd/helm@$release" >&2)
  tick_end
  mv "$scratch/helm" "$program"
  rm -rf "$scratch"
  scratch=
}

chart_crds() {
  need_go "the chart's neighbours"
  local folder entry module release file
  folder=$cache/chart-crds-$(printf '%s\n' "${chart_crds[@]}" | sha | cut -c 1-12)
  mkdir -p "$folder"
  for entry in "${chart_crds[@]}"; do
    read -r module release file <<<"$entry"
    [ -s "$folder/${file##*/}" ] && continue
    module=$(cd "$folder" && go mod download -json "$module@$release" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p')
    # Renamed, so that nobody reads half a file.
    cp "$module/$file" "$folder/copying.$$"
    mv -f "$folder/copying.$$" "$folder/${file##*/}"
  done
  echo "$folder"
}

# Builds the package of that name in this folder.
oracle() {
  local package=$1 stamp program how=warm
  need_go "the oracle"
  mkdir -p "$folder"
  stamp=$(cat "$here/go.mod" "$here/go.sum" "$here/$package"/*.go | sha | cut -c 1-12)
  program=$folder/$package-$stamp
  if [ ! -x "$program" ]; then
    lock "$folder/$package.lock"
    if [ ! -x "$program" ]; then
      scratch=$(mktemp -d "$folder/building.XXXXXX")
      tick_begin "the $package for Kubernetes $version"
      (cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$scratch/program" "./$package" >&2)
      tick_end
      if [ "$package" = podsecurity ]; then
        local module
        module=$(cd "$here" && go list -m -f '{{.Dir}}' k8s.io/pod-security-admission)
        "$scratch/program" -fixtures "$module/test/testdata" >"$scratch/fixtures"
        mv "$scratch/fixtures" "$program.fixtures"
      fi
      mv "$scratch/program" "$program"
      how=cold
    fi
  fi
  say "$package $version: $((SECONDS - started)) s ($how)"
  echo "$program"
}

case ${1:-} in
  oracle | podsecurity) oracle "$1" ;;
  control-plane) control_plane ;;
  helm) helm ;;
  chart-crds) chart_crds ;;
  *) die "write: build.sh oracle | podsecurity | control-plane | helm | chart-crds" ;;
esac
