#!/bin/sh
# Installs Olifant: finds the binary for this machine in a release, checks it
# against the release's SHA256SUMS, and puts it where programs are.
#
#     OLIFANT_VERSION=v0.2.0     another release than the latest
#     OLIFANT_BIN=/some/folder   where to, instead of /usr/local/bin or ~/.local/bin
#     OLIFANT_RELEASES=URL       where releases are; a folder with the files will do
set -eu

# Filled in when a release is made.
RELEASES='@RELEASES@'

main() {
    archive="olifant-$(target).tar.gz"
    from=$(source_of_files)
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    fetch "$from/SHA256SUMS" "$work/SHA256SUMS"
    fetch "$from/$archive" "$work/$archive"
    verify "$work" "$archive"
    tar -xzf "$work/$archive" -C "$work" olifant
    into=$(folder)
    mkdir -p "$into"
    # A running program keeps the old file; a copy half written is never run.
    cp "$work/olifant" "$into/.olifant.new"
    chmod 755 "$into/.olifant.new"
    mv "$into/.olifant.new" "$into/olifant"
    echo "$into/olifant: $("$into/olifant" --version)"
    case ":$PATH:" in
        *":$into:"*) ;;
        *) echo "$into is not in your PATH: add it, or call the program by its whole path" ;;
    esac
}

target() {
    system=$(uname -s) machine=$(uname -m)
    case $machine in
        x86_64 | amd64) machine=x86_64 ;;
        aarch64 | arm64) machine=aarch64 ;;
        *) fail "there is no binary for $system on $machine; build it with cargo install --path ." ;;
    esac
    case $system in
        Linux) echo "$machine-unknown-linux-musl" ;;
        Darwin) echo "$machine-apple-darwin" ;;
        *) fail "this installs nothing on $system; on Windows unpack the .zip of the release" ;;
    esac
}

source_of_files() {
    if [ -n "${OLIFANT_RELEASES:-}" ]; then
        echo "$OLIFANT_RELEASES"
    elif [ "${RELEASES#@}" != "$RELEASES" ]; then
        fail "this copy does not know where releases are: take install.sh from a release, or set OLIFANT_RELEASES"
    elif [ -n "${OLIFANT_VERSION:-}" ]; then
        echo "$RELEASES/download/$OLIFANT_VERSION"
    else
        echo "$RELEASES/latest/download"
    fi
}

fetch() {
    case $1 in
        *://*) download "$1" "$2" || fail "$1 can't be fetched" ;;
        *) cp "$1" "$2" || fail "$1 can't be read" ;;
    esac
}

download() {
    if command -v curl >/dev/null; then
        curl -fsSL -o "$2" "$1"
    else
        wget -q -O "$2" "$1"
    fi
}

verify() {
    expected=$(awk -v file="$2" '$2 == file { print $1 }' "$1/SHA256SUMS")
    [ -n "$expected" ] || fail "SHA256SUMS does not name $2; nothing was installed"
    actual=$(checksum "$1/$2")
    [ "$actual" = "$expected" ] ||
        fail "$2 is not what the release says (SHA-256 $actual, expected $expected); nothing was installed"
}

checksum() {
    if command -v sha256sum >/dev/null; then
        sha256sum "$1" | cut -d ' ' -f 1
    else
        shasum -a 256 "$1" | cut -d ' ' -f 1
    fi
}

folder() {
    if [ -n "${OLIFANT_BIN:-}" ]; then
        echo "$OLIFANT_BIN"
    elif [ -w /usr/local/bin ]; then
        echo /usr/local/bin
    else
        echo "$HOME/.local/bin"
    fi
}

fail() {
    echo "install.sh: $1" >&2
    exit 1
}

# The last line: a download that broke off does nothing.
main
