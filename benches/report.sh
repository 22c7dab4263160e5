#!/usr/bin/env bash
# Makes docs/benchmarks.md: runs every benchmark, compares with earlier commits, and adds what only people can say. Takes
# half an hour on two processors; nothing else should run.
#
#   benches/report.sh
set -euo pipefail
cd "$(dirname "$0")/.."
page=$(mktemp)
{
  printf '# Benchmarks\n\nMade by `benches/report.sh`: what was measured, each with the command that measures it again. All on one machine with %s processors, %s, %s.\n\n' \
    "$(nproc)" "$(rustc --version | cut -d' ' -f1,2)" "$(git log -1 --format='commit %h of %cs')"
  for bench in merge allocations program explain overlays growth; do
    cargo bench --quiet --bench "$bench"
  done
  printf '## Instructions\n\n`.ci/run instructions` refuses what takes 5 %% more instructions than were recorded ([`benches/instructions`](../benches/instructions)); valgrind counts them, the same on \
every run. With a tenth more work planted in each, it refuses all six.\n\n'
  cargo run --quiet --release -p podgraft-instructions
  printf '\n'
  benches/before.sh
  printf '## What costs most\n\n`benches/costs.py`. Shares of the instructions that [`benches/instructions`](../benches/instructions) takes, by callgrind and the files that they are in, and why what remains must:\n\n'
  benches/costs.py
  printf '\n'
  cat benches/costs.md
  printf '\n'
  cargo bench --quiet --bench hostile
  cat benches/by_other_commands.md
} > "$page"
mv "$page" docs/benchmarks.md
