# Short names for commands that CONTRIBUTING.md gives in full; nothing is only here. `just --list` shows them.

# The tests that need only Rust
quick:
    cargo quick

# All tests
test:
    cargo test

# What runs on every change
ci:
    .ci/run

# Formatting and lints, as on every change
lint:
    .ci/run formatting lints

# Licences, duplicate versions and bans
deny:
    .ci/run dependencies

# The oldest supported Rust
oldest-rust:
    .ci/run oldest-rust

# The fuzz targets compile
fuzz-targets:
    .ci/run fuzz-targets

# Write the recorded outputs anew: read the difference before committing it
record:
    UPDATE=1 cargo quick

# Six benchmarks take no more instructions than were recorded
instructions:
    .ci/run instructions

# What a merge, the program, hostile inputs and many overlays cost
bench:
    cargo bench

# A control plane on loopback with the operator in it
dev:
    cargo run --example dev
