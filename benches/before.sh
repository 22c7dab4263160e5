#!/usr/bin/env bash
# Compares this commit with earlier ones in one run, and prints the tables: the engine in one process and in turns, and
# a thousand tests with a thousand overlays as processes, one after the other.
#
#   benches/before.sh [ENGINE COMMIT] [OVERLAYS COMMIT]
set -euo pipefail
cd "$(dirname "$0")/.."
engine=${1:-b392fbc} overlays=${2:-e67d412}
folder=$PWD/target/before
mkdir -p "$folder"

# A commit in a folder of its own.
check_out() {
  rm -rf "${folder:?}/$2"
  git worktree prune
  git worktree add --force --detach "$folder/$2" "$1" >&2
}

check_out "$engine" engine
# Cargo takes two packages of one name only with other versions.
sed -i 's/0\.1\.0/0.0.9/' "$folder/engine/Cargo.toml"
printf '## Before and now\n\n`benches/before.sh`. The engine of %s and this one, in one process and in turns; microseconds, and how often each asks for memory.\n\n' "$engine"
cargo bench --bench merge -- cases > "$folder/cases.json"
cargo run --quiet --release --manifest-path benches/before/Cargo.toml --target-dir "$folder/build" -- "$folder/cases.json"

check_out "$overlays" overlays
# It is no member of the workspace that it lies in.
grep -q '^\[workspace' "$folder/overlays/Cargo.toml" || printf '\n[workspace]\n' >> "$folder/overlays/Cargo.toml"
printf 'Tests and overlays with %s and with this one, each a process; seconds for choosing, rendering, explaining and comparing on one processor, and mebibytes.\n\n' "$overlays"
printf '| | tests | overlays | apply to each | choose | render | explain | diff | memory | render, all processors |\n|---|---|---|---|---|---|---|---|---|---|\n'
(cd "$folder/overlays" && cargo build --quiet --release --bench overlays --target-dir "$folder/build-overlays")
old=$(find "$folder/build-overlays/release/deps" -name 'overlays-*' -executable -type f | head -1)
row() {
  awk -v name="$1" '{ printf "| %s |", name; for (i = 1; i <= 8; i++) printf " %s |", $i; printf " %s |\n", $10 }'
}
for case in "100 1000 1000" "1000 1000 1000"; do
  # shellcheck disable=SC2086
  (cd "$folder/overlays" && "$old" $case) | row "$overlays"
  # shellcheck disable=SC2086
  cargo bench --quiet --bench overlays -- $case | row now
done
printf '\n'
git worktree remove --force "$folder/engine"
git worktree remove --force "$folder/overlays"
